// Replaces the host's TextDecoder and TextEncoder, which the module of the core creates while it
// loads.
//
// jsdom has neither, so a test that merely imports koodrive would fail there. These classes look
// for the host's own at their first use.

const missing = (name: string): never => {
  throw new Error(`this host has no ${name}; in Jest, use the test environment node, or set globalThis.${name}`);
};

class LateDecoder {
  readonly #given: ConstructorParameters<typeof globalThis.TextDecoder>;
  #real: InstanceType<typeof globalThis.TextDecoder> | undefined;

  constructor(...given: ConstructorParameters<typeof globalThis.TextDecoder>) {
    this.#given = given;
  }

  decode(...bytes: Parameters<InstanceType<typeof globalThis.TextDecoder>["decode"]>): string {
    // The module makes such a call while it loads.
    if (bytes.length === 0) return "";
    this.#real ??= globalThis.TextDecoder ? new globalThis.TextDecoder(...this.#given) : missing("TextDecoder");
    return this.#real.decode(...bytes);
  }
}

class LateEncoder {
  #real: InstanceType<typeof globalThis.TextEncoder> | undefined;

  get #encoder(): InstanceType<typeof globalThis.TextEncoder> {
    return (this.#real ??= globalThis.TextEncoder ? new globalThis.TextEncoder() : missing("TextEncoder"));
  }

  encode(text: string): Uint8Array {
    return this.#encoder.encode(text);
  }

  encodeInto(text: string, into: Uint8Array): { read: number; written: number } {
    return this.#encoder.encodeInto(text, into);
  }
}

// build.mjs replaces the host's names by these.
const decoder: unknown = globalThis.TextDecoder ?? LateDecoder;
const encoder: unknown = globalThis.TextEncoder ?? LateEncoder;
export { decoder as TextDecoder, encoder as TextEncoder };
