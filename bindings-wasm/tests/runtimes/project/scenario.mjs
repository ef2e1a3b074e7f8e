// Uses the package in every runtime, from the same file. So it needs only the language and the
// package, which the runtime's own entry imports. It returns results; expected.mjs has the expected
// ones.

const USER_ID = "1505084218764547200";
const APP_ID = "example-app-id";
const APP_SECRET = "example-app-secret-not-real";
const IDS = { carrierUserId: "189642158555241211", packageId: "14" };

export async function run(koodrive, endpoint) {
  const {
    ApiError,
    Client,
    INTERNATIONAL,
    dispatch,
    getCurrentRetentionPolicy,
    getSpaceUsageByOverview,
    isKooDriveError,
    notifyPackageExpire,
    rawCall,
  } = koodrive;
  const failure = (sending) =>
    sending.then(
      () => ({ name: "none: it was accepted" }),
      (error) => error,
    );
  const call = notifyPackageExpire(IDS);

  const published = new Client({ endpoint: INTERNATIONAL, userId: USER_ID, appId: APP_ID, appSecret: APP_SECRET });
  const now = new Date("2025-11-03T07:01:45Z");
  const signed = [call, getCurrentRetentionPolicy()].map((call) => published.request(call, { now }));

  const client = new Client({ endpoint, userId: USER_ID, appId: APP_ID, appSecret: APP_SECRET });
  const reply = await client.send(call);
  const { data } = await client.send(getSpaceUsageByOverview());
  const user = await client.send(rawCall({ method: "GET", path: "/koodrive/ose/v1/users/1316083732377070977" }));
  const read = { used: typeof data.totalUsed, status: user.status, code: user.code, body: user.body, json: user.json().data.status };

  const stranger = new Client({ endpoint, userId: USER_ID, appId: APP_ID, appSecret: "not-the-secret" });
  const error = await failure(stranger.send(call));
  const { name, kind, outcome, retryable, status, code, msg } = error;
  const recognised = error instanceof ApiError && error instanceof Error && isKooDriveError(error);
  const refused = { name, recognised, kind, outcome, retryable, status, code, msg };

  // The package's own sandbox replaces the network.
  const { Sandbox } = await koodrive.sandbox();
  const sandbox = new Sandbox({ faults: ["pass", 503] });
  const { traceId, ...rehearsed } = await published.send(call, { transport: sandbox.fetch });
  const busy = await failure(published.send(call, { transport: sandbox.fetch }));
  const accepted = sandbox.accepted().map(({ xDate, ...call }) => ({ ...call, traceId: call.traceId === traceId }));
  const rehearsal = { reply: rehearsed, accepted, busy: { kind: busy.kind, status: busy.status, retryable: busy.retryable } };

  // A job over the host's fetch, and one over a sandbox that throttles one call and loses the
  // answer to another.
  const night = [];
  const busyOnce = new Sandbox({ faults: [429] }).fetch;
  const losing = new Sandbox({ faults: ["cut"] }).fetch;
  for (const [transport, ...rows] of [
    [undefined, "row 1", "row 2"],
    [busyOnce, "row 3"],
    [losing, "row 4"],
  ]) {
    const options = { transport, concurrency: 1, backoffMs: 10 };
    const run = dispatch(
      client,
      rows.map((row) => [row, call]),
      options,
    );
    for await (const { key, verdict, attempts, code } of run) night.push([key, verdict, attempts, code]);
  }

  return { signed, reply, read, refused, rehearsal, night };
}
