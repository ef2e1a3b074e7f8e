// What the declarations must refuse: a line that is accepted here is an error.
import { Client, CHINA, KooDriveError, getCurrentRetentionPolicy, notifyPackageExpire } from "koodrive";
import { Sandbox } from "koodrive/sandbox";

// @ts-expect-error An id is text.
notifyPackageExpire({ carrierUserId: 1, packageId: "2" });
// @ts-expect-error Both ids are needed.
notifyPackageExpire({ carrierUserId: "1" });
// @ts-expect-error An undocumented type is asked for by name.
notifyPackageExpire({ carrierUserId: "1", packageId: "2", type: 1 });
// @ts-expect-error One way to authenticate is needed.
new Client({ endpoint: CHINA, userId: "1" });
// @ts-expect-error One way, not two.
new Client({ endpoint: CHINA, userId: "1", token: "t", authorization: "a" });
// @ts-expect-error An app id needs its secret.
new Client({ endpoint: CHINA, userId: "1", appId: "a" });
// @ts-expect-error Unknown options are refused.
new Client({ endpoint: CHINA, userId: "1", token: "t", appKey: "a" });

const client = new Client({ endpoint: CHINA, userId: "1", token: "t" });
// @ts-expect-error A call is made by a function of its name.
client.request({ operation: "reverseOrder" });
// @ts-expect-error An instant is no text.
client.request(getCurrentRetentionPolicy(), { now: "2025-11-03" });
// @ts-expect-error A notification's reply has no policies.
client.parse(notifyPackageExpire({ carrierUserId: "1", packageId: "2" }), { status: 200, headers: {}, body: "" }).policyList;
// @ts-expect-error send gives a promise.
client.send(getCurrentRetentionPolicy()).code;
// @ts-expect-error A GET has no body to rely on.
client.request(getCurrentRetentionPolicy()).body.length;
// @ts-expect-error Errors are made by the package.
new KooDriveError();
// @ts-expect-error A fault has a name.
new Sandbox({ faults: ["cut-somewhere"] });
// @ts-expect-error Unknown members are refused.
new Sandbox({ tokenz: [] });
