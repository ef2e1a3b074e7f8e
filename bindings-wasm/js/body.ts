// Reads a reply's body, and not more of it than a limit.
import type { FetchResponse } from "./transport.js";

/** Reads at most `limit` bytes of the response's body. */
export async function readBody(response: FetchResponse, limit: number): Promise<Uint8Array> {
  const { body } = response;
  if (hasMethod<WebStream>(body, "getReader")) return fromWebStream(body, limit);
  if (hasMethod<NodeStream>(body, "on")) return fromNodeStream(body, limit);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return bytes.subarray(0, limit);
}

/** The part of a `ReadableStream` that is used here. */
interface WebStream {
  getReader(): ReadableStreamDefaultReader<Uint8Array>;
}

/** The part of a stream of Node that is used here. */
interface NodeStream {
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  destroy(): unknown;
}

/** Tells the kinds of streams apart by a method that only one of them has. */
function hasMethod<Stream>(value: unknown, name: keyof Stream): value is Stream {
  return typeof value === "object" && value !== null && typeof (value as Partial<Stream>)[name] === "function";
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
    // After the end this does nothing. Before it the connection cannot be used again.
    reader.cancel().catch(() => {});
  }
}

/** Reads a stream by its events: an asynchronous iterator costs twice as much. */
function fromNodeStream(stream: NodeStream, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks = new Chunks(limit);
    stream.on("data", (chunk) => {
      if (chunks.take(chunk)) return;
      resolve(chunks.joined());
      stream.destroy();
    });
    stream.on("end", () => resolve(chunks.joined()));
    // Also after the promise is settled: a stream that is given up has an error to tell.
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

  /** Takes a chunk. Returns false where the limit is reached. */
  take(chunk: Uint8Array): boolean {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return this.#length < this.#limit;
  }

  /** Returns the bytes, without those beyond the limit. */
  joined(): Uint8Array {
    const [first, ...others] = this.#chunks;
    // Most replies are one chunk, which is not copied.
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
