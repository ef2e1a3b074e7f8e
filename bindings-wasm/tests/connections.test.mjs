// Tests that a reply belongs to its request, with interim and stray replies on connections of
// Node's fetch and of undici. No call may get the outcome of another.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import * as undici from "undici";
import { client, notifyPackageExpire, overUndici } from "./koodrive.mjs";

/** Returns the reply to a call for `user`. Users whose names begin with `bad` are refused. */
const replyTo = (user, msg = user) => {
  const body = JSON.stringify({ code: user.startsWith("bad") ? 13000102 : 0, msg });
  return `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};

/** Serves `answer(socket, user, number)` on each connection, where `number` counts its requests. */
async function serving(answer, work) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    let [text, number] = ["", 0];
    socket.on("data", (chunk) => {
      text += chunk;
      const end = text.indexOf("}");
      if (end < 0) return;
      const [, user] = /"carrierUserId":"([^"]*)"/.exec(text);
      text = text.slice(end + 1);
      answer(socket, user, number++);
    });
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    return await work(`http://127.0.0.1:${server.address().port}`);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  }
}

/**
 * Returns the outcome of a call for each of `users`, sent one after the other with a pause between.
 */
async function told(endpoint, transport, users, pause = 0) {
  const caller = client({ endpoint });
  const outcomes = [];
  for (const user of users) {
    try {
      const { msg } = await caller.send(notifyPackageExpire({ carrierUserId: user, packageId: "14" }), { transport });
      outcomes.push(`${user} delivered, ${msg}`);
    } catch (error) {
      outcomes.push(`${user} ${error.outcome}`);
    }
    await sleep(pause);
  }
  return outcomes;
}

const TRANSPORTS = {
  "Node's fetch": () => fetch,
  "the global dispatcher": () => overUndici(undici.getGlobalDispatcher()),
  "a pool of one connection": (origin) => overUndici(new undici.Pool(origin, { connections: 1 })),
};

for (const [name, transportTo] of Object.entries(TRANSPORTS)) {
  for (const status of [102, 103]) {
    test(`an interim reply ${status} is skipped: ${name}`, () => {
      const answer = (socket, user) => {
        if (user === "alice") socket.write(`HTTP/1.1 ${status} Interim\r\n\r\n`);
        setTimeout(() => socket.write(replyTo(user)), 20);
      };
      return serving(answer, async (origin) => {
        const users = ["alice", "bad-bob", "carol"];
        assert.deepEqual(await told(origin, transportTo(origin), users), [
          "alice delivered, alice",
          "bad-bob refused",
          "carol delivered, carol",
        ]);
      });
    });
  }

  test(`after a 101 the outcome is unknown, and the connection is not used again: ${name}`, () => {
    const answer = (socket, user) => {
      if (user === "alice") socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
      setTimeout(() => socket.write(replyTo(user)), 20);
    };
    return serving(answer, async (origin) => {
      const users = ["alice", "bad-bob", "carol"];
      assert.deepEqual(await told(origin, transportTo(origin), users), ["alice unknown", "bad-bob refused", "carol delivered, carol"]);
    });
  });

  for (const [when, status, delay] of [
    ["with the reply", 200, 0],
    ["60 ms after the reply", 200, 60],
    ["60 ms after the reply", 408, 60],
  ]) {
    test(`no call takes a stray ${status} ${when} as its reply: ${name}`, () => {
      const stray = replyTo("stray").replace("200", status);
      const answer = (socket, user, number) => {
        if (number === 0 && delay === 0) socket.write(replyTo(user) + stray);
        else socket.write(replyTo(user));
        if (number === 0 && delay > 0) setTimeout(() => socket.write(stray), delay);
      };
      return serving(answer, async (origin) => {
        const users = ["alice", "bad-bob", "carol"];
        const right = ["alice delivered, alice", "bad-bob refused", "carol delivered, carol"];
        assert.deepEqual(await told(origin, transportTo(origin), users, 250), right);
      });
    });
  }
}
