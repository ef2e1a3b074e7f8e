// What every runtime does with the package; the same file everywhere, so it uses nothing but the language and the package,
// which the runtime's own entry has imported. It judges nothing: it tells what happened, and expected.mjs says what should have.

const USER_ID = "1505084218764547200";
const APP_ID = "example-app-id";
const APP_SECRET = "example-app-secret-not-real";
const IDS = { carrierUserId: "189642158555241211", packageId: "14" };

export async function run(koodrive, endpoint) {
  const { ApiError, Client, INTERNATIONAL, getCurrentRetentionPolicy, isKooDriveError, notifyPackageExpire } = koodrive;
  const call = notifyPackageExpire(IDS);

  const published = new Client({ endpoint: INTERNATIONAL, userId: USER_ID, appId: APP_ID, appSecret: APP_SECRET });
  const now = new Date("2025-11-03T07:01:45Z");
  const signed = [call, getCurrentRetentionPolicy()].map((call) => published.request(call, { now }));

  const client = new Client({ endpoint, userId: USER_ID, appId: APP_ID, appSecret: APP_SECRET });
  const reply = await client.send(call);

  const stranger = new Client({ endpoint, userId: USER_ID, appId: APP_ID, appSecret: "not-the-secret" });
  const error = await stranger.send(call).then(
    () => ({ name: "none: a wrong secret was accepted" }),
    (error) => error,
  );
  const { name, kind, outcome, retryable, status, code, msg } = error;
  const recognised = error instanceof ApiError && error instanceof Error && isKooDriveError(error);
  return { signed, reply, refused: { name, recognised, kind, outcome, retryable, status, code, msg } };
}
