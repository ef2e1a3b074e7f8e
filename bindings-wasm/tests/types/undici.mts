// What the declarations must accept of undici's own, and refuse.
import { Agent, Client as UndiciClient, Pool, ProxyAgent, interceptors, request } from "undici";
import { overUndici } from "koodrive/undici";
import { call, client } from "./core.mjs";

const agent = new Agent({ connections: 64, connect: { timeout: 5_000 } });
const origin = "https://intl.myhuaweicloud-koodrive.com";
for (const fetch of [
  overUndici(request),
  overUndici(request, { dispatcher: agent, headersTimeout: 5_000, bodyTimeout: null }),
  overUndici(agent),
  overUndici(agent, { headersTimeout: 5_000 }),
  overUndici(new Pool(origin)),
  overUndici(new UndiciClient(origin)),
  overUndici(new ProxyAgent("http://proxy.example:3128")),
  overUndici(agent.compose(interceptors.dns())),
]) {
  await client.send(call, { transport: fetch });
}

// @ts-expect-error An option that undici does not have.
overUndici(request, { headersTimeOut: 5_000 });
// @ts-expect-error What the request itself says.
overUndici(agent, { method: "PUT" });
// @ts-expect-error Neither request nor a dispatcher.
overUndici({});
// @ts-expect-error undici's stream is another function.
overUndici("undici");
