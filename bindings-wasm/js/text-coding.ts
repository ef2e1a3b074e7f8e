// The host's TextDecoder and TextEncoder, which the module of the core makes while it is loaded.
// jsdom has none, so a test that only imports koodrive would fail there: one that is missing is
// looked for when it is used.

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
    // As the module calls it while it is loaded.
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

// build.mjs puts these in the place of the host's names.
const decoder: unknown = globalThis.TextDecoder ?? LateDecoder;
const encoder: unknown = globalThis.TextEncoder ?? LateEncoder;
export { decoder as TextDecoder, encoder as TextEncoder };
