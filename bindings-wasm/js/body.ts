// Reads the body of a reply up to a limit.
import type { FetchResponse } from "./transport.js";

/** Reads at most `limit` bytes of the body of `response`. */
export function readBody(response: FetchResponse, limit: number): Promise<Uint8Array> {
  const { body } = response;
  if (hasMethod<WebStream>(body, "getReader")) return fromWebStream(body, limit);
  if (hasMethod<NodeStream>(body, "on")) return fromNodeStream(body, limit);
  return fromArrayBuffer(response, limit);
}

/** The part of a `ReadableStream` that is used here. */
interface WebStream {
  getReader(): ReadableStreamDefaultReader<Uint8Array>;
}

/** The part of a Node stream that is used here. */
interface NodeStream {
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  destroy(): unknown;
}

/** Tells whether `value` is a stream of the kind that has the method `name`. */
function hasMethod<Stream>(value: unknown, name: keyof Stream): value is Stream {
  return typeof value === "object" && value !== null && typeof (value as Partial<Stream>)[name] === "function";
}

async function fromArrayBuffer(response: FetchResponse, limit: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  return bytes.subarray(0, limit);
}

async function fromWebStream(stream: WebStream, limit: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks = new Chunks(limit);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || !chunks.take(value)) return chunks.joined();
    }
  } finally {
    // After the end of the stream this does nothing. Before it the connection is lost for other
    // requests.
    reader.cancel().catch(() => {});
  }
}

/**
 * Reads at most `limit` bytes of `stream` by its events. An asynchronous iterator costs twice as
 * much.
 */
function fromNodeStream(stream: NodeStream, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks = new Chunks(limit);
    stream.on("data", (chunk) => {
      if (chunks.take(chunk)) return;
      resolve(chunks.joined());
      stream.destroy();
    });
    stream.on("end", () => resolve(chunks.joined()));
    // The listener stays after the promise is settled: a destroyed stream may still emit an error.
    stream.on("error", reject);
  });
}

class Chunks {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds `chunk`. Returns false once the limit is reached. */
  take(chunk: Uint8Array): boolean {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return this.#length < this.#limit;
  }

  /** Returns all bytes up to the limit. */
  joined(): Uint8Array {
    const [first, ...others] = this.#chunks;
    // Most replies are one chunk, which needs no copy.
    if (first !== undefined && others.length === 0) return first.subarray(0, this.#limit);
    const body = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      body.set(chunk, at);
      at += chunk.length;
    }
    return body.subarray(0, this.#limit);
  }
}
