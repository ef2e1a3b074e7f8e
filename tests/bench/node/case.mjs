// The request that every peer builds and the reply that every peer reads, as in tests/bench/rust.

export const HOST = "intl.myhuaweicloud-koodrive.com";
export const PATH = "/koodrive/ose/v1/carrier/users/notifyPackageExpire";
export const USER_ID = "1505084218764547200";
export const APP_ID = "example-app-id";
export const APP_SECRET = "example-app-secret-not-real";
export const TOKEN = "example-token-not-real";
export const CARRIER_USER_ID = "189642158555241211";
export const PACKAGE_ID = "14";
export const BODY = '{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}';

/** The signatures' date, 2025-11-03T07:01:40Z, in milliseconds. */
export const SIGNED_AT = 1_762_153_300_000;
export const X_DATE = "20251103T070140Z";

/** The response in undici's form: names in lower case, a body of bytes. */
export const RESPONSE = {
  status: 200,
  headers: {
    date: "Mon, 03 Nov 2025 07:01:45 GMT",
    "content-type": "application/json",
    "content-length": "27",
    connection: "keep-alive",
  },
  body: new TextEncoder().encode('{"code":0,"msg":"Success."}'),
};

export const BATCH = 100_000;

/** Returns a subscriber's id with as many digits as the one above. */
export const carrierUserId = (number) => `189642158555${String(number).padStart(6, "0")}`;

/**
 * The signature by KooDrive's algorithm (docs/contract.md, section 4, and
 * tests/conformance/flagship/app-notify-minimal), computed independently of every peer.
 */
export const SIGNATURE = "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac";

/** Additional inputs of AWS's algorithm. */
export const AWS = { service: "koodrive", region: "ap-southeast-3" };
