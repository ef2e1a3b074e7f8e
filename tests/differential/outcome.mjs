// The npm package's result for a case, in Node and in a page alike: every stage that is reached,
// and the error that refuses it.

const ERROR = ["kind", "outcome", "retryable", "status", "code", "msg", "requestId", "traceId", "xDate", "retryAfter", "body", "field"];
const STAGES = ["canonicalRequest", "canonicalRequestHash", "stringToSign", "signature", "signedHeaders", "difference", "finding"];

/** Returns the given members with these names; null for a value without members. */
const members = (names, of) => Object.fromEntries(names.map((name) => [name, of[name] ?? null]));

const text = (value) => (value?.utf16 ? String.fromCharCode(...value.utf16) : value);
const texts = (fields) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, text(value)]));
/** Pairs whose values may be such texts. */
const pairs = (given) => given?.map(([name, value]) => [name, text(value)]);
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** Digit for digit: seconds that a header asks for may lie above 2^53. */
const whole = (number) => (number === null ? null : `${BigInt(number)}`);

function errorOf(error, { isKooDriveError }) {
  if (!isKooDriveError(error)) return { crash: `${error?.stack ?? error}` };
  const found = members(ERROR, error);
  return { ...found, retryAfter: whole(found.retryAfter), name: error.name, message: error.message };
}

function requestOf({ headers, body = "", ...request }) {
  const { href } = new URL(request.url);
  if (href !== request.url) throw new Error(`${request.url} is sent as ${href}`);
  if (request.redirect !== "manual") throw new Error("redirects would be followed");
  return { method: request.method, url: request.url, headers: Object.entries(headers).sort(), body };
}

/** As it is, but for a function that is not enumerable. */
const replyOf = (reply) => ({ ...reply });

/** `koodrive` is the package. */
export function outcome(
  koodrive,
  { number, client: { clockMarginSeconds: margin, ...settings }, call: { operation, ...fields }, options, observed, message, response },
) {
  const found = { number };
  /** Gives undefined where the stage is refused, and notes why. */
  const stage = (name, work, noted = (it) => it) => {
    try {
      const result = work();
      found[name] = noted(result);
      return result;
    } catch (error) {
      found[name] = errorOf(error, koodrive);
      return undefined;
    }
  };
  const clockMargin = margin === undefined ? {} : { clockMarginMs: margin * 1_000 };
  const client = stage(
    "client",
    () => new koodrive.Client({ ...texts(settings), ...clockMargin }),
    () => "made",
  );
  const make = () =>
    koodrive[operation]("method" in fields ? { ...fields, query: pairs(fields.query), headers: pairs(fields.headers) } : texts(fields));
  const call = client && stage("call", make, () => "made");
  if (call) {
    if (observed) {
      const { headers, sentAt, receivedAt } = observed;
      stage("clockOffset", () => (client.observeClock(headers, sentAt, receivedAt), client.clockOffsetMs));
    }
    const { now, date } = options;
    stage("request", () => client.request(call, { now, date, traceId: text(options.traceId) }), requestOf);
    stage(
      "explanation",
      () => client.explain(call, { now, date, message: text(message) }),
      (stages) => members(STAGES, stages),
    );
    const { status, headers, bodyHex } = response;
    stage("reply", () => client.parse(call, { status, headers, body: bytes(bodyHex) }), replyOf);
  }
  client?.free();
  return JSON.stringify(found);
}
