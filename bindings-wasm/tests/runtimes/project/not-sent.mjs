// Prints how `send` reports each network failure, which this file causes itself. It runs in
// runtimes with files and node:net. not-sent.test.mjs has the expected results.
//
// Arguments: the folder of the certificates, whose authority the runtime must trust; or an address
// that accepts no connection.
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Client, isKooDriveError, notifyPackageExpire } from "koodrive";

const call = notifyPackageExpire({ carrierUserId: "189642158555241211", packageId: "14" });
const clientOf = (endpoint) => new Client({ endpoint, userId: "1505084218764547200", token: "example-token-not-real" });

async function outcomeOf(sending) {
  try {
    return { code: (await sending).code };
  } catch (error) {
    if (!isKooDriveError(error)) throw error;
    const { name, outcome, retryable, status } = error;
    return { name, outcome, retryable, status };
  }
}

/** Listens while `work(port)` lasts. */
async function listening(server, work) {
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    return await work(server.address().port);
  } finally {
    server.close();
  }
}

/**
 * Returns the result of a call to a server that treats the first bytes of each connection as
 * `answer` says.
 */
function to(answer, { certificate, scheme = certificate ? "https" : "http", host = "127.0.0.1", options } = {}) {
  const read = (name) => readFileSync(`${process.argv[2]}/${name}.pem`);
  const accept = (socket) => socket.on("error", () => {}).once("data", () => answer(socket));
  const server = certificate ? createTlsServer({ key: read("key"), cert: read(certificate) }, accept) : createServer(accept);
  // Only the client's side of a failed handshake counts.
  server.on("tlsClientError", () => {});
  return listening(server, (port) => outcomeOf(clientOf(`${scheme}://${host}:${port}`).send(call, options)));
}

/**
 * Loses the second call on a used connection, or on one that would have been reused. Returns how
 * often it arrives.
 */
async function lostOnUsedConnection() {
  let arrived = 0;
  const server = createServer((socket) => {
    socket
      .on("error", () => {})
      .on("data", (bytes) => {
        arrived += bytes.toString("latin1").split("POST ").length - 1;
        if (arrived === 2) socket.destroy();
        else ok(socket);
      });
  });
  return listening(server, async (port) => {
    const client = clientOf(`http://127.0.0.1:${port}`);
    await client.send(call);
    // By then the connection is back in its pool.
    await new Promise((waited) => setTimeout(waited, 50));
    return { ...(await outcomeOf(client.send(call))), arrived: arrived - 1 };
  });
}

const body = '{"code":0,"msg":"Success."}';
const ok = (socket) => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
const saying = (text) => (socket) => socket.end(text);
const redirect = "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";

async function all() {
  const closed = await listening(createServer(), (port) => port);
  const aborting = new AbortController();
  return {
    "refused connection": await outcomeOf(clientOf(`http://127.0.0.1:${closed}`).send(call)),
    "unknown name": await outcomeOf(clientOf("https://koodrive.invalid").send(call)),
    "TLS with a server that has none": await to(saying("HTTP/1.1 400 Bad Request\r\n\r\n"), { scheme: "https" }),
    "certificate of a stranger": await to(ok, { certificate: "stranger", host: "localhost" }),
    "certificate for another name": await to(ok, { certificate: "localhost" }),
    "certificate that has expired": await to(ok, { certificate: "expired", host: "localhost" }),
    "certificate of the trusted authority": await to(ok, { certificate: "localhost", host: "localhost" }),
    "cut before the answer": await to(saying("")),
    "reset before the answer": await to((socket) => socket.resetAndDestroy()),
    "cut within the headers": await to(saying("HTTP/1.1 200 OK\r\nconte")),
    "cut within the body": await to(saying('HTTP/1.1 200 OK\r\ncontent-length: 27\r\n\r\n{"code":0')),
    "no HTTP": await to(saying("* OK ready\r\n\r\n")),
    "time-out": await to(() => {}, { options: { timeoutMs: 100 } }),
    abort: await to(() => aborting.abort(), { options: { signal: aborting.signal } }),
    redirect: await to(saying(redirect)),
    "lost on a used connection": await lostOnUsedConnection(),
  };
}

const [, , first] = process.argv;
const told = first.startsWith("http:") ? await outcomeOf(clientOf(first).send(call)) : await all();
console.log(JSON.stringify(told));
process.exit(0);
