// Reads a reply's body, and not more of it than the limit.

/** @import { FetchResponse } from "./index.js" */
/** @import { Deadline } from "./send.js" */

/** @typedef {{ next(): PromiseLike<{ done?: boolean, value?: Uint8Array }>, end(): void }} Chunks */

/**
 * At most `limit` bytes; what comes after them is not read.
 * @param {FetchResponse} response @param {number} limit @param {Deadline} deadline
 */
export async function readBody(response, limit, deadline) {
  const body = chunksOf(response.body);
  if (!body) {
    const bytes = new Uint8Array(await deadline.race(response.arrayBuffer()));
    return { body: bytes.subarray(0, limit), complete: bytes.length <= limit };
  }
  const chunks = /** @type {Uint8Array[]} */ ([]);
  let length = 0;
  try {
    while (length <= limit) {
      const { done, value } = await deadline.race(body.next());
      if (done || !value) return { body: joined(chunks, length), complete: true };
      chunks.push(value);
      length += value.length;
    }
    return { body: joined(chunks, length).subarray(0, limit), complete: false };
  } finally {
    body.end();
  }
}

/**
 * `end` gives up what is left: nothing after the end; otherwise the connection is of no use any more.
 * @param {any} body
 * @returns {Chunks | undefined}
 */
function chunksOf(body) {
  if (typeof body?.getReader === "function") {
    const reader = body.getReader();
    return { next: () => reader.read(), end: () => reader.cancel().catch(() => {}) };
  }
  // A stream of Node.
  if (typeof body?.[Symbol.asyncIterator] === "function") {
    const iterator = body[Symbol.asyncIterator]();
    return { next: () => iterator.next(), end: () => body.destroy?.() };
  }
}

/** @type {(chunks: Uint8Array[], length: number) => Uint8Array} */
function joined(chunks, length) {
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
