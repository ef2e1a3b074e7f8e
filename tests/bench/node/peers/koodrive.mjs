// koodrive, as its README shows it. A call can be sent more than once, so the figures for one
// request do not create a call each time. The batch does.
import { Client, INTERNATIONAL, notifyPackageExpire, rawCall } from "koodrive";
import { APP_ID, APP_SECRET, CARRIER_USER_ID, PACKAGE_ID, PATH, RESPONSE, SIGNATURE, SIGNED_AT, TOKEN, USER_ID } from "../case.mjs";

const settings = { endpoint: INTERNATIONAL, userId: USER_ID, clockMarginMs: 0 };
const signing = new Client({ ...settings, appId: APP_ID, appSecret: APP_SECRET });
const withToken = new Client({ ...settings, token: TOKEN });
const known = notifyPackageExpire({ carrierUserId: CARRIER_USER_ID, packageId: PACKAGE_ID });

const call = (carrierUserId, packageId) => (carrierUserId === CARRIER_USER_ID ? known : notifyPackageExpire({ carrierUserId, packageId }));

export const peer = "koodrive";
export const signature = SIGNATURE;
export const bearer = (user, packageId, now) => withToken.request(call(user, packageId), { now });
export const signed = (user, packageId, now) => signing.request(call(user, packageId), { now });
export const parse = (response) => signing.parse(known, response);

/** Returns the request and the reply of a call. */
const whole = (call) => [signing.request(call, { now: SIGNED_AT }), signing.parse(call, RESPONSE)];

export const typed = () => whole(notifyPackageExpire({ carrierUserId: CARRIER_USER_ID, packageId: PACKAGE_ID }));
export const raw = () =>
  whole(rawCall({ method: "POST", path: PATH, json: { carrierUserId: CARRIER_USER_ID, type: 2, packageId: PACKAGE_ID } }));
