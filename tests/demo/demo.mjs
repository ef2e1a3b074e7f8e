// The demo's JavaScript part: over Node's fetch, with an app id and with a token, the safe call and
// then the notification; last, a call that is refused for its secret. `cargo xtask demo` starts the
// sandbox for it.
import { ApiError, Client, getSpaceUsageByOverview, notifyPackageExpire } from "koodrive";

const { KOODRIVE_ENDPOINT: endpoint, KOODRIVE_USER_ID: userId, KOODRIVE_TOKEN: token } = process.env;
const { KOODRIVE_APP_ID: appId, KOODRIVE_APP_SECRET: appSecret } = process.env;
const call = notifyPackageExpire({ carrierUserId: "189642158555241211", packageId: "14" });

// Prints the request as it leaves, Authorization masked.
const show = (url, request) => {
  console.log(`  ${request.method} ${url}`);
  for (const [name, value] of Object.entries(request.headers)) {
    console.log(`    ${name}: ${name === "authorization" ? "***" : value}`);
  }
  if (request.body) console.log(`    ${request.body}`);
  return fetch(url, request);
};

for (const [mode, credentials] of [
  ["app id", { appId, appSecret }],
  ["token", { token }],
]) {
  console.log(`\nNode, fetch, ${mode}`);
  const client = new Client({ endpoint, userId, ...credentials });
  const { code, msg, data } = await client.send(getSpaceUsageByOverview(), { transport: show });
  console.log(`  code ${code}, msg ${msg} (${data.totalUsed} KB used)`);
  const reply = await client.send(call, { transport: show });
  console.log(`  code ${reply.code}, msg ${reply.msg}`);
}

console.log("\nNode, fetch, a wrong secret");
const wrong = new Client({ endpoint, userId, appId, appSecret: "not-the-secret" });
// A date of our own, so that it is the same in the request and in its explanation.
const date = Date.now() - 5000;
const refused = await wrong.send(call, { transport: show, date }).then(
  () => {
    throw new Error("a wrong secret was accepted");
  },
  (error) => error,
);
if (!(refused instanceof ApiError)) throw refused;
console.log(`  ${refused.kind}, ${refused.outcome}: ${refused.message.replaceAll("\n", "\n  ")}`);
const { finding } = wrong.explain(call, { date, message: refused.msg });
if (!finding) throw new Error("explain found nothing");
console.log(`  explain: ${finding}`);
