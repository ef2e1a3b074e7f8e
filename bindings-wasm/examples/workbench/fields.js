// What was typed, as the package takes it. Nothing here decides what is right: what cannot be read is handed over as it is
// (NaN for a number or an instant), and the package says what is wrong with it.
import { getCurrentRetentionPolicy, notifyPackageExpire } from "./koodrive.js";

/** The options of a `Client`. */
export function clientOptions(fields) {
  const text = (name) => fields[name].value;
  return { ...endpointOptions(fields), userId: text("userId"), ...credentials(text("credentials"), text) };
}

/** A reply can be read before the credentials are known: only the endpoint is ever named in an error. */
export function readerOptions(fields) {
  return { ...endpointOptions(fields), userId: "not-given", token: "not-given" };
}

function endpointOptions(fields) {
  if (fields.endpoint.value !== "own") return { endpoint: fields.endpoint.value };
  return { endpoint: fields.ownEndpoint.value, allowPlainHttp: fields.allowPlainHttp.checked };
}

function credentials(way, text) {
  if (way === "app") return { appId: text("appId"), appSecret: text("appSecret") };
  return { [way]: text(way) };
}

/** Whether the header Authorization is itself a secret, and not one request's signature. */
export const sendsSecret = (fields) => fields.credentials.value !== "app";

/** The call. The package throws where it is none. */
export function call(fields) {
  if (fields.operation.value === "getCurrentRetentionPolicy") return getCurrentRetentionPolicy();
  const ids = { carrierUserId: fields.carrierUserId.value, packageId: fields.packageId.value };
  const type = fields.undocumentedType.value.trim();
  return notifyPackageExpire(type === "" ? ids : { ...ids, undocumentedType: Number(type) });
}

/** A call to read a reply for: which one it is is all that counts. */
export function readerCall(fields) {
  if (fields.operation.value === "getCurrentRetentionPolicy") return getCurrentRetentionPolicy();
  return notifyPackageExpire({ carrierUserId: "not-given", packageId: "not-given" });
}

/** The options of `request` and `explain`. `clock` stands in for an empty "now". */
export function options(fields, clock) {
  const { now, date, traceId } = fields;
  const options = { now: now.value === "" ? clock : instant(now.value) };
  if (date.value !== "") options.date = instant(date.value);
  if (traceId.value !== "") options.traceId = traceId.value;
  return options;
}

const ISO_8601 = /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(\.\d+)?Z$/;

/** Milliseconds of a date in ISO 8601, basic or extended, in UTC; NaN for everything else, such as a date without a zone. */
export function instant(text) {
  const [, year, month, day, hour, minute, second, fraction = ""] = ISO_8601.exec(text.trim()) ?? [];
  const extended = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const instant = new Date(`${extended}${fraction}Z`);
  // February 30 would become March 2.
  return Number.isNaN(instant.getTime()) || !instant.toISOString().startsWith(extended) ? NaN : instant.getTime();
}
