// Turns the typed text into the package's arguments. All checks are the package's: text that is not
// a number or a date becomes NaN, and the package names the problem.
import { getSpaceUsageByOverview, notifyPackageExpire, rawCall } from "./koodrive.js";
import { attempt } from "./view.js";

/** Returns the options of a `Client`. */
export function clientOptions(fields) {
  const text = (name) => fields[name].value;
  return { ...endpointOptions(fields), userId: text("userId"), ...credentials(fields.credentials.value, text) };
}

/**
 * Returns the options of a client that only reads replies, for an incomplete form. Its errors name
 * the endpoint and the kind of credentials.
 */
export function readerOptions(fields) {
  return { ...endpointOptions(fields), userId: PLACEHOLDER, ...credentials(fields.credentials.value, () => PLACEHOLDER) };
}

const PLACEHOLDER = "not-given";

function endpointOptions(fields) {
  if (fields.endpoint.value !== "own") return { endpoint: fields.endpoint.value };
  return { endpoint: fields.ownEndpoint.value, allowPlainHttp: fields.allowPlainHttp.checked };
}

function credentials(kind, text) {
  if (kind === "app") return { appId: text("appId"), appSecret: text("appSecret") };
  return { [kind]: text(kind) };
}

/**
 * Tells whether the header Authorization is itself a secret. With an app id it holds the signature
 * of one request.
 */
export const sendsSecret = (fields) => fields.credentials.value !== "app";

/** Returns `{ value }` with the call, or `{ error }`. */
export function call(fields) {
  const query = queryPairs(fields.query.value);
  if (fields.operation.value === "rawCall" && query.error) return query;
  return attempt(() => CALLS[fields.operation.value](fields, query.value));
}

const CALLS = {
  notifyPackageExpire({ carrierUserId, packageId, undocumentedType }) {
    const ids = { carrierUserId: carrierUserId.value, packageId: packageId.value };
    const type = undocumentedType.value.trim();
    return notifyPackageExpire(type === "" ? ids : { ...ids, undocumentedType: Number(type) });
  },
  getSpaceUsageByOverview: () => getSpaceUsageByOverview(),
  rawCall({ method, path, json }, query) {
    const target = { method: method.value, path: path.value, query };
    return rawCall(json.value === "" ? target : { ...target, json: json.value });
  },
};

/**
 * Returns `{ value }` with name and value of each line, or `{ error }` for a line without `=`.
 * Empty lines are skipped.
 */
function queryPairs(text) {
  const pairs = [];
  for (const [at, line] of text.split("\n").entries()) {
    const equals = line.indexOf("=");
    if (equals >= 0) pairs.push([line.slice(0, equals), line.slice(equals + 1)]);
    else if (line.trim() !== "") return { error: { field: "query", message: `query: line ${at + 1} has no '='; write name=value` } };
  }
  return { value: pairs };
}

/** Returns a call of the chosen operation to read a reply for, from an incomplete form. */
export function readerCall(fields) {
  const call = {
    notifyPackageExpire: () => notifyPackageExpire({ carrierUserId: PLACEHOLDER, packageId: PLACEHOLDER }),
    getSpaceUsageByOverview,
    rawCall() {
      const method = fields.method.value;
      const target = attempt(() => rawCall({ method, path: fields.path.value }));
      return target.value ?? rawCall({ method, path: `/${PLACEHOLDER}` });
    },
  };
  return call[fields.operation.value]();
}

/** Returns the options of `request` and `explain`. `clock` is used if the field "Now" is empty. */
export function options(fields, clock) {
  const { now, date, traceId } = fields;
  const options = { now: now.value === "" ? clock : instant(now.value) };
  if (date.value !== "") options.date = instant(date.value);
  if (traceId.value !== "") options.traceId = traceId.value;
  return options;
}

const ISO_8601 = /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(\.\d+)?Z$/;

/**
 * Returns the milliseconds of a date in ISO 8601, basic or extended, in UTC. Returns NaN for any
 * other text, also for a date without a zone.
 */
export function instant(text) {
  const [, year, month, day, hour, minute, second, fraction = ""] = ISO_8601.exec(text.trim()) ?? [];
  const extended = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const instant = new Date(`${extended}${fraction}Z`);
  // Without this check February 30 would become March 2.
  return Number.isNaN(instant.getTime()) || !instant.toISOString().startsWith(extended) ? NaN : instant.getTime();
}
