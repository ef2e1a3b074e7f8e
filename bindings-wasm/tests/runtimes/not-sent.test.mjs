// Tests which failures certainly never sent a call: a caller that reads `not_sent` sends it again.
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { binary, limit, project, runProgram } from "./project.mjs";

const certificates = join(import.meta.dirname, "../certificates");
const authority = join(certificates, "authority.pem");
const blackHole = join(import.meta.dirname, "black-hole.py");
const RUNTIMES = [
  ["Node", process.execPath, []],
  [
    "Deno",
    binary("deno", process.platform === "win32" ? "deno.exe" : "deno"),
    ["run", "--quiet", "--no-prompt", "--allow-all", "--node-modules-dir=manual", `--cert=${authority}`],
  ],
  ["Bun", binary("bun", process.platform === "win32" ? "bin/bun.exe" : "bin/bun"), ["run", "--no-install"]],
];

const notSent = { name: "NotSentError", outcome: "not_sent", retryable: true, status: null };
const unknown = { name: "OutcomeUnknownError", outcome: "unknown", retryable: false, status: null };
const EXPECTED = {
  "refused connection": notSent,
  "unknown name": notSent,
  "TLS with a server that has none": notSent,
  "certificate of a stranger": notSent,
  "certificate for another name": notSent,
  "certificate that has expired": notSent,
  "certificate of the trusted authority": { code: "0" },
  "cut before the answer": unknown,
  "reset before the answer": unknown,
  "cut within the headers": unknown,
  "cut within the body": unknown,
  "no HTTP": unknown,
  "time-out": unknown,
  abort: unknown,
  redirect: { name: "ApiError", outcome: "refused", retryable: false, status: 302 },
  "lost on a used connection": { ...unknown, arrived: 1 },
};

// The tests mostly wait, so they run together.
describe("a failure", { concurrency: true }, () => {
  for (const [name, program, flags] of RUNTIMES) {
    test(`${name}: only failures before sending are not_sent`, limit, () =>
      project(async (folder) => {
        const { told } = await runProgram(program, [...flags, "not-sent.mjs", certificates], folder, { NODE_EXTRA_CA_CERTS: authority });
        assert.deepEqual(told, EXPECTED);
      }),
    );

    test(`${name}: a call over the connect time-out was not sent`, limit, (context) =>
      project(async (folder) => {
        try {
          const { told } = await runProgram("python3", [blackHole, program, ...flags, "not-sent.mjs"], folder);
          assert.deepEqual(told, notSent);
        } catch (error) {
          if (error.code !== 77) throw error;
          context.skip("this machine lets nobody make a network");
        }
      }),
    );
  }
});
