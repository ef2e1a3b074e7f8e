// Samples that compile with a host's fetch: a browser's (lib dom), Node's (@types/node), a
// Worker's.
import { type Exchange, getCurrentRetentionPolicy, type KooDriveRequest, type Signal } from "koodrive";
import { Sandbox } from "koodrive/sandbox";
import { call, client } from "./core.mjs";

// A request is a valid RequestInit, with or without its URL.
const request: KooDriveRequest = client.request(call);
const response = await fetch(request.url, request);
const { url, ...init } = request;
await fetch(url, init);
await fetch(new Request(url, request));
const withSignal: RequestInit = { ...request, signal: AbortSignal.timeout(5) };
export const { body, headers } = withSignal;

// The signal has the host's type.
export const signal: Signal = AbortSignal.timeout(5);
export const aborted: boolean = signal.aborted;

// parse reads a Response.
const bytes = await response.arrayBuffer();
client.parse(call, { status: response.status, headers: response.headers, body: bytes });
client.parse(call, { status: response.status, headers: response.headers, body: new Uint8Array(bytes) });
client.observeClock(new Headers(), 0, new Date());

await client.send(getCurrentRetentionPolicy(), {
  transport: fetch,
  signal: AbortSignal.timeout(5),
  timeoutMs: 5,
  replyLimit: 5,
  now: () => new Date(),
  onExchange: async ({ status, kind, startedAt }: Exchange) => [status, kind, startedAt.getTime()],
});
await client.send(call, { transport: globalThis.fetch, signal: new AbortController().signal });
await client.send(call, { transport: async () => new Response("{}"), signal: undefined });
await client.send(call, { transport: (url, init) => fetch(url, { ...init }) });

// The sandbox's fetch has the type of the host's.
const standIn: typeof fetch = new Sandbox().fetch;
export const { status } = await standIn(url, { ...init, signal: null });

// @ts-expect-error An option that is left out is undefined.
await client.send(call, { signal: null });
// @ts-expect-error A signal is the host's.
await client.send(call, { signal: new Date() });
