// Samples with undici's own values that compile, and some that must not.
import { Agent, Client as UndiciClient, Pool, ProxyAgent, getGlobalDispatcher, interceptors, request } from "undici";
import { overUndici } from "koodrive/undici";
import { call, client } from "./core.mjs";

const agent = new Agent({ connections: 64, connect: { timeout: 5_000 } });
const origin = "https://intl.myhuaweicloud-koodrive.com";
for (const fetch of [
  overUndici(getGlobalDispatcher()),
  overUndici(agent),
  overUndici(agent, { headersTimeout: 5_000, bodyTimeout: null }),
  overUndici(new Pool(origin)),
  overUndici(new UndiciClient(origin)),
  overUndici(new ProxyAgent("http://proxy.example:3128")),
  overUndici(agent.compose(interceptors.dns())),
]) {
  await client.send(call, { transport: fetch });
}

// @ts-expect-error An option that undici does not have.
overUndici(agent, { headersTimeOut: 5_000 });
// @ts-expect-error An option that the request itself sets.
overUndici(agent, { method: "PUT" });
// @ts-expect-error Not a dispatcher.
overUndici({});
// @ts-expect-error A function of undici's is not a dispatcher.
overUndici(request);
