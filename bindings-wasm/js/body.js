// Reads a reply's body, and not more of it than a limit.

/** @import { FetchResponse } from "./index.js" */

/**
 * Reads at most `limit` bytes; what comes after them is not read.
 * @param {FetchResponse} response @param {number} limit
 * @returns {Promise<Uint8Array>}
 */
export async function readBody(response, limit) {
  const stream = /** @type {any} */ (response.body);
  if (typeof stream?.getReader === "function") return fromReader(stream.getReader(), limit);
  if (typeof stream?.on === "function") return fromNode(stream, limit);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return bytes.subarray(0, limit);
}

/** @type {(reader: ReadableStreamDefaultReader<Uint8Array>, limit: number) => Promise<Uint8Array>} */
async function fromReader(reader, limit) {
  const chunks = new Chunks(limit);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || !chunks.take(value)) return chunks.joined();
    }
  } finally {
    // Nothing to cancel after the end; otherwise the connection is of no use any more.
    reader.cancel().catch(() => {});
  }
}

/**
 * By its events: an asynchronous iterator costs twice as much.
 * @type {(stream: import("node:stream").Readable, limit: number) => Promise<Uint8Array>}
 */
function fromNode(stream, limit) {
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
  /** @type {Uint8Array[]} */
  chunks = [];
  length = 0;

  /** @param {number} limit */
  constructor(limit) {
    this.limit = limit;
  }

  /**
   * Returns false where the limit is reached.
   * @param {Uint8Array} chunk
   */
  take(chunk) {
    this.chunks.push(chunk);
    this.length += chunk.length;
    return this.length < this.limit;
  }

  /** Returns the bytes, without those beyond the limit. */
  joined() {
    let [body] = this.chunks;
    if (this.chunks.length !== 1) {
      body = new Uint8Array(this.length);
      let at = 0;
      for (const chunk of this.chunks) {
        body.set(chunk, at);
        at += chunk.length;
      }
    }
    return body.length > this.limit ? body.subarray(0, this.limit) : body;
  }
}
