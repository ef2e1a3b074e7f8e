// The internal state of a client, which console.log and JSON.stringify do not see.
import type { Core } from "../generated/koodrive.js";
import { misuse } from "./checks.js";
import type { SignFunction, TokenFunction } from "./credentials.js";
import type { KeptParts } from "./encoding.js";

export class ClientState {
  readonly token: TokenFunction | undefined;
  readonly sign: SignFunction | undefined;
  /** The parts of requests that never change. */
  readonly kept: KeptParts;
  #core: Core | undefined;
  #freed = false;
  /** The number of `send` calls under way. Each needs the core until it ends. */
  #sending = 0;

  constructor(
    core: Core,
    { token, sign }: { token?: TokenFunction | undefined; sign?: SignFunction | undefined },
    kept: KeptParts = new Map(),
  ) {
    this.#core = core;
    this.token = token;
    this.sign = sign;
    this.kept = kept;
  }

  get core(): Core {
    if (this.#core === undefined) misuse(FREED);
    return this.#core;
  }

  /** Returns this state. Throws if the client was freed. */
  live(): this {
    if (this.#freed) misuse(FREED);
    return this;
  }

  beginSending(): void {
    this.#sending++;
  }

  endSending(): void {
    this.#sending--;
    this.#release();
  }

  free(): void {
    this.#freed = true;
    this.#release();
  }

  /** Frees the core once the last `send` has ended. */
  #release(): void {
    if (!this.#freed || this.#sending > 0) return;
    this.#core?.free();
    this.#core = undefined;
  }
}

const FREED = "the client was freed; create a new one, or free it later";
