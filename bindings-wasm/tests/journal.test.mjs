// Kills the README's program with a journal at random moments and restarts it. It must lose no row
// and send none twice.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { transformSync } from "esbuild";
import { USER_ID, installed, serving } from "./koodrive.mjs";

const KILLS = 25;
const USERS = Array.from({ length: 2_000 }, (_, number) => `user-${number}`);

/** Returns the README's block with a journal, as JavaScript. */
function program() {
  const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code).filter((code) => code.includes("JOURNAL"));
  assert.equal(blocks.length, 1);
  return transformSync(blocks[0], { loader: "ts", format: "esm" }).code;
}

const linesOf = (text) => text.split("\n").filter(Boolean);

/**
 * Runs the program in `file`, and kills it if `kill()` is fulfilled before its end. Returns its
 * output lines, and how it ended.
 */
async function started(file, env, kill) {
  const child = spawn(process.execPath, ["--input-type=module", "-"], {
    cwd: installed,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const printed = [];
  child.stdout.on("data", (chunk) => printed.push(chunk));
  child.stdin.end(file);
  kill?.().then(() => child.kill("SIGKILL"));
  const [code, signal] = await new Promise((closed) => child.once("close", (...end) => closed(end)));
  // A truncated line counts as not printed.
  const text = Buffer.concat(printed).toString();
  return { code, signal, printed: linesOf(text.slice(0, text.lastIndexOf("\n") + 1)) };
}

/** Returns the complete lines of the journal, as the program reads it. */
function read(journal) {
  const lines = [];
  for (const line of linesOf(readFileSync(journal, "utf8"))) {
    try {
      lines.push(JSON.parse(line));
    } catch {
      // The line was truncated.
    }
  }
  return lines;
}

test(`the journal of the README after ${KILLS} kills: no outcome is lost, and no request left before its line`, {
  timeout: 300_000,
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "koodrive-journal-"));
  const journal = join(folder, "lapsed.jsonl");
  const code = program();
  const left = [];
  let arrived = () => {};
  const answer = async (_, response) => {
    arrived();
    // Some requests are in flight when the process is killed.
    await new Promise((over) => setTimeout(over, 5 * Math.random()));
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"code":0,"msg":"Success."}');
  };
  try {
    await serving(answer, async (endpoint, requests) => {
      const env = {
        KOODRIVE_ENDPOINT: endpoint,
        KOODRIVE_USER_ID: USER_ID,
        KOODRIVE_TOKEN: "t",
        JOURNAL: journal,
        USERS: USERS.join(" "),
        RATE: "1000",
      };
      /** The verdicts that the program printed, by row. */
      const told = new Map();
      let killed = 0;
      while (killed < KILLS) {
        // The kill comes after this many requests, and some milliseconds.
        const most = requests.length + Math.ceil(50 * Math.random());
        const reached = new Promise((resolve) => (arrived = () => requests.length >= most && setTimeout(resolve, 5 * Math.random())));
        const { signal, code: exit, printed } = await started(code, env, () => reached);
        assert.deepEqual([signal, exit], ["SIGKILL", null], "the rows were too few for so many kills");
        killed++;
        for (const line of printed) {
          const [user, verdict] = line.split(" ");
          if (verdict === "delivered") told.set(user, verdict);
        }
        // A crash of the machine may leave such a line.
        if (killed % 5 === 0) writeFileSync(journal, '\n["user-', { flag: "a" });
      }
      const { code: exit, printed } = await started(code, env);
      assert.equal(exit, 0);
      assert.equal(printed.at(-1), "all rows were read");

      const lines = read(journal);
      const last = new Map(lines.map(([user, state]) => [user, state]));
      // Each row has a state that includes its printed verdict.
      assert.deepEqual([...last.keys()].sort(), [...USERS].sort());
      for (const [user, verdict] of told) assert.equal(last.get(user), verdict, user);
      const count = (state) => [...last.values()].filter((other) => other === state).length;
      const [delivered, unknown] = [count("delivered"), count("leaving")];
      context.diagnostic(
        `${requests.length} requests, ${told.size} outcomes told before a kill, ${delivered} delivered, ${unknown} unknown`,
      );
      assert.equal(delivered + unknown, USERS.length);
      // At most the requests in flight are unknown.
      assert.ok(told.size > KILLS && unknown > 0 && unknown <= KILLS * 32, `${told.size} told, ${unknown} unknown`);
      // The last run prints the unknown rows.
      assert.equal(printed.filter((line) => line.endsWith(" unknown")).length, unknown);

      // Each request at the service has its trace id in the journal, and came once.
      const written = new Set(lines.filter(([, state]) => state === "leaving").map(([user, , traceId]) => `${user} ${traceId}`));
      for (const { headers, body } of requests) left.push(`${JSON.parse(body).carrierUserId} ${headers["x-traceid"]}`);
      for (const request of left) assert.ok(written.has(request), `${request} left unwritten`);
      assert.equal(new Set(left.map((request) => request.split(" ")[0])).size, left.length, "a row was sent twice");
      // A delivered row was sent.
      assert.ok(left.length >= delivered && left.length <= USERS.length);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
