// Samples of the sandbox that compile wherever JavaScript runs.
import { type AcceptedCall, type Fault, Sandbox, type SandboxConfig } from "koodrive/sandbox";
import { call, client } from "./core.mjs";

const faults: Fault[] = [429, "pass", "cut-in-headers", { delay: 1 }, { status: 502, retryAfter: "3" }];
const config: SandboxConfig = {
  apps: [{ appId: "a", appSecret: "s" }],
  whitelist: ["1"],
  userIds: null,
  policies: [{ policyId: 300000000000000001n }],
  faults,
  now: () => new Date(),
};
using sandbox = new Sandbox(config);
await client.send(call, { transport: sandbox.fetch });
export const accepted: readonly AcceptedCall[] = sandbox.accepted();
export const user: string | undefined = sandbox.accepted()[0]?.carrierUserId;
