// Calls are plain objects: they can be logged, queued, and posted to a worker. They are checked when they are made, and again
// when they are sent.
import { core } from "./core.js";
import { checked, known, refuse, text } from "./errors.js";
import { OPERATIONS } from "./names.js";

/** @import { Call, GetCurrentRetentionPolicy, NotifyPackageExpire } from "./index.js" */

/** @typedef {[operation: number, user: string, packageId: string, kind: number | undefined]} Arguments */

const FIELDS = ["carrierUserId", "packageId", "type", "undocumentedType"];
const MEMBERS = [["operation", ...FIELDS], ["operation"]];

/** @type {(fields: Omit<NotifyPackageExpire, "operation">) => NotifyPackageExpire} */
export function notifyPackageExpire(fields) {
  known("notifyPackageExpire", fields, FIELDS);
  const [, ...checkedFields] = argumentsOf({ operation: OPERATIONS[0], ...fields });
  checked(() => core().checkNotification(...checkedFields));
  const { carrierUserId, packageId, undocumentedType } = fields;
  const call = { operation: OPERATIONS[0], carrierUserId, packageId };
  return undocumentedType === undefined ? call : { ...call, undocumentedType };
}

/** @type {() => GetCurrentRetentionPolicy} */
export function getCurrentRetentionPolicy() {
  return { operation: OPERATIONS[1] };
}

/**
 * The call as the core takes it: the operation's number and the fields.
 * @type {(call: Call) => Arguments}
 */
export function argumentsOf(call) {
  const operation = operationOf(call);
  known(call.operation, call, MEMBERS[operation]);
  if (operation !== 0) return [operation, "", "", undefined];
  const { carrierUserId, packageId, type, undocumentedType: kind } = /** @type {NotifyPackageExpire} */ (call);
  // Needless, but the publisher's own example has one, and a wrong one.
  if (type !== undefined) checked(() => core().checkType(typeof type === "number" ? type : NaN));
  return [
    operation,
    text("carrierUserId", carrierUserId),
    text("packageId", packageId),
    // What is no number is no integer either, and the core says so.
    kind === undefined || typeof kind === "number" ? kind : NaN,
  ];
}

/** @type {(call: Call) => number} */
export function operationOf(call) {
  const operation = OPERATIONS.indexOf(call?.operation);
  if (operation < 0) refuse("the call is none of this API", "make it with notifyPackageExpire or getCurrentRetentionPolicy");
  return operation;
}
