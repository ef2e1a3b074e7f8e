// Made-up input that shows all features: a signed request, an own canonical request that lacks a
// slash, and the refusal of a gateway that rewrote the host. The request is the case
// `app-notify-minimal` of the conformance vectors.

const REQUEST = {
  userId: "1505084218764547200",
  appId: "example-app-id",
  appSecret: "example-app-secret-not-real",
  carrierUserId: "189642158555241211",
  packageId: "14",
  now: "2025-11-03T07:01:45Z",
};

const CANONICAL_REQUEST = `POST
/koodrive/ose/v1/carrier/users/notifyPackageExpire

host:intl.myhuaweicloud-koodrive.com
x-date:20251103T070140Z
x-user-id:1505084218764547200

host;x-date;x-user-id
5c3cf4effd3e60ace1f203883c90f128168e3e4ba9d35b7c6005c38b41267df9`;

const RESPONSE = {
  status: "401",
  headers: "content-type: application/json\ndate: Mon, 03 Nov 2025 07:01:46 GMT",
  body: JSON.stringify({
    error_msg:
      "verify signature fail, canonicalRequest:POST|/koodrive/ose/v1/carrier/users/notifyPackageExpire/||host:10.0.0.7:8080" +
      "|x-date:20251103T070140Z|x-user-id:1505084218764547200||host;x-date;x-user-id" +
      "|5c3cf4effd3e60ace1f203883c90f128168e3e4ba9d35b7c6005c38b41267df9",
    error_code: "APIGW.0301",
    request_id: "4a1e",
  }),
};

export function fillIn(request, signature, response) {
  for (const form of [request, signature, response]) form.reset();
  const fields = [request, signature, response].map((form) => form.elements);
  for (const [at, texts] of [REQUEST, { theirs: CANONICAL_REQUEST }, RESPONSE].entries()) {
    for (const [name, text] of Object.entries(texts)) fields[at][name].value = text;
  }
}
