// Shares the installed package, a client, a call, and a server on a free port among the tests.
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The folder in which `koodrive` is installed: `cargo xtask test` sets it to the packed tarball's.
 * The default is the result of `npm run build`.
 */
export const installed = process.env.KOODRIVE_NPM ?? join(import.meta.dirname, "..");

/** Resolves imports as a file in that folder would. */
export const require = createRequire(pathToFileURL(join(installed, "package.json")));

// `require.resolve` returns the CommonJS file. The ES module is beside it.
const imported = (entry) => import(pathToFileURL(require.resolve(entry).replace(/\.cjs$/, ".js")).href);
export const esm = await imported("koodrive");
export const { Sandbox } = await imported("koodrive/sandbox");
export const { overUndici } = await imported("koodrive/undici");
export const { Client, INTERNATIONAL, getCurrentRetentionPolicy, getSpaceUsageByOverview, notifyPackageExpire, rawCall } = esm;

export const USER_ID = "1505084218764547200";
export const APP = { appId: "example-app-id", appSecret: "example-app-secret-not-real" };
export const TOKEN = "example-token-not-real";
export const call = notifyPackageExpire({ carrierUserId: "189642158555241211", packageId: "14" });

export const client = (options = {}) => new Client({ endpoint: INTERNATIONAL, userId: USER_ID, token: TOKEN, ...options });

/**
 * Serves `answer(request, response, number)` while `work` lasts, over TLS with `tls`. `work` gets
 * the URL, the received requests, and the server.
 */
export async function serving(answer, work, tls) {
  const requests = [];
  const listener = async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers } = request;
    requests.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    answer(request, response, requests.length);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  try {
    return await work(tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`, requests, server);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

/** Returns an answer with JSON. */
export const answering =
  (status, body, headers = {}) =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };

/** Returns the error that `work` throws or rejects with. */
export async function thrownBy(work) {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
