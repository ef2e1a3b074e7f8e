// Computes the states that HMAC-SHA256 derives from a key before it sees a message (RFC 2104, FIPS
// 180-4). These states are enough to sign. Node and WebCrypto do not show them, so this file
// follows the standards.

const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
const fraction = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32) >>> 0;
const K = primes.map((prime) => fraction(Math.cbrt(prime)));
const INITIAL = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

const rotate = (word, by) => (word >>> by) | (word << (32 - by));

/** Returns the hash state after one block, in the byte order of this machine's words. */
function compress(block) {
  const w = Array.from({ length: 16 }, (_, at) => block.readUInt32BE(4 * at));
  for (let t = 16; t < 64; t++) {
    const [s0, s1] = [w[t - 15], w[t - 2]];
    const sigma0 = rotate(s0, 7) ^ rotate(s0, 18) ^ (s0 >>> 3);
    const sigma1 = rotate(s1, 17) ^ rotate(s1, 19) ^ (s1 >>> 10);
    w[t] = (sigma1 + w[t - 7] + sigma0 + w[t - 16]) >>> 0;
  }
  let [a, b, c, d, e, f, g, h] = INITIAL;
  for (let t = 0; t < 64; t++) {
    const t1 = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + K[t] + w[t]) >>> 0;
    const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) >>> 0;
    [a, b, c, d, e, f, g, h] = [(t1 + t2) >>> 0, a, b, c, (d + t1) >>> 0, e, f, g];
  }
  const state = Buffer.alloc(32);
  [a, b, c, d, e, f, g, h].forEach((word, at) => state.writeUInt32LE((word + INITIAL[at]) >>> 0, 4 * at));
  return state;
}

/**
 * Returns both states for a key of at most 64 bytes: the key is padded to a block, and each pad is
 * hashed.
 */
export function derived(key) {
  const pad = (byte) => {
    const block = Buffer.alloc(64, byte);
    Buffer.from(key).forEach((octet, at) => (block[at] ^= octet));
    return block;
  };
  const [inner, outer] = [pad(0x36), pad(0x5c)];
  return { "inner pad": inner, "outer pad": outer, "inner state": compress(inner), "outer state": compress(outer) };
}
