// Tests the curl command in shells and against the sandbox.
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch } from "../runtimes/browser.mjs";
import { copied, enter, field, limit, says, shown, vector, visiting } from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
}, limit);
after(() => browser.close(), limit);

const clipboard = { permissions: ["clipboard-read", "clipboard-write"] };
const run = promisify(execFile);
const installed = (name) => spawnSync(name, ["--version"]).error === undefined;

/** The installed shells. All of them should quote by the same rules. */
const SHELLS = ["sh", "bash", "zsh", "ksh", "busybox"].filter(installed);
if (!SHELLS.includes("sh")) throw new Error("there is no shell to hand a command to");
const inShell = (shell, script, env = {}) =>
  run(shell, [...(shell === "busybox" ? ["sh"] : []), "-c", script], { env: { PATH: process.env.PATH, ...env } });

/** Returns the arguments that a shell hands to curl, command by command. */
async function argumentsIn(shell, commands, env) {
  const script = ["curl() { printf '%s\\0' \"$@\" END; }", ...commands].join("\n");
  const { stdout } = await inShell(shell, script, env);
  const runs = stdout.split("\0END\0");
  return runs.slice(0, -1).map((run) => run.split("\0"));
}

/** Texts with a meaning to a shell, to curl, or to a terminal. */
const NASTY = [
  "it's",
  "''",
  "'\\''",
  `"$HOME" \`id\` $(id) \${HOME}`,
  "\\",
  "a\\'b",
  "@/etc/passwd",
  "!! !1 ^a^b",
  "~ * ? [a-z] {a,b}",
  "; exit 1 & | > x < y # z",
  "中文 😀 é é",
  "\tleading and trailing\t",
  "-o",
  "",
];

test("a shell splits the command into the request's own parts", limit, () =>
  visiting(browser, clipboard, async (page) => {
    await page.getByRole("button", { name: "Example" }).click();
    const [commands, expected] = [[], []];
    const add = async (ascii, method, target, text) => {
      const http = await shown(page, "http");
      const head = http.slice(0, http.indexOf("\n\n"));
      const headers = head.split("\n").slice(2, -1);
      assert.ok(headers.includes(`x-user-id: 7${ascii}`), head);
      const options = headers.flatMap((header) => ["--header", header]);
      const url = `https://intl.myhuaweicloud-koodrive.com${target}`;
      expected.push(["--include", "--request", method, url, ...options, "--data-raw", text]);
      commands.push(await shown(page, "curl"));
    };
    for (const nasty of NASTY) {
      const ascii = [...nasty]
        .filter((c) => c >= " " && c <= "~")
        .join("")
        .trim();
      // An id has no control character, and no space at either end.
      const id = `x${nasty.replace(/\p{Cc}/gu, "")}x`;
      await enter(page, { client: { userId: `7${ascii}` }, call: { operation: "notifyPackageExpire", carrierUserId: id, packageId: id } });
      const body = `{"carrierUserId":${JSON.stringify(id)},"type":2,"packageId":${JSON.stringify(id)}}`;
      await add(ascii, "POST", "/koodrive/ose/v1/carrier/users/notifyPackageExpire", body);
      // JSON may have line feeds and tabs around its values.
      const json = `\n[\t${JSON.stringify(nasty)}\n]\n\n`;
      await enter(page, { call: { operation: "rawCall", method: "PATCH", path: "/it's", query: [["a b", "$HOME"]], json } });
      await add(ascii, "PATCH", "/it%27s?a%20b=%24HOME", json);
    }
    for (const shell of SHELLS) assert.deepEqual(await argumentsIn(shell, commands), expected, shell);
  }),
);

test("a masked command takes the value from a variable, and does not run without it", limit, () =>
  visiting(browser, clipboard, async (page) => {
    await enter(page, (await vector("token-notify-minimal")).given);
    const masked = await copied(page, "the curl command");
    assert.ok(!masked.includes("ABCDEFG"), masked);
    for (const shell of SHELLS) {
      const [parts] = await argumentsIn(shell, [masked], { KOODRIVE_AUTHORIZATION: 'Bearer it\'s "mine" $HOME' });
      assert.ok(parts.includes('authorization: Bearer it\'s "mine" $HOME'), `${shell}: ${parts}`);
      await assert.rejects(argumentsIn(shell, [masked], {}), /KOODRIVE_AUTHORIZATION/);
      await assert.rejects(argumentsIn(shell, [masked], { KOODRIVE_AUTHORIZATION: "" }), /KOODRIVE_AUTHORIZATION/);
    }
    await page.getByRole("checkbox", { name: "Show secrets" }).check();
    const whole = await copied(page, "the curl command");
    assert.ok((await argumentsIn("sh", [whole]))[0].includes("authorization: Bearer ABCDEFG-example-token"));
  }),
);

const { KOODRIVE_ENDPOINT: endpoint, KOODRIVE_USER_ID: userId, KOODRIVE_TOKEN: token } = process.env;
const { KOODRIVE_APP_ID: appId, KOODRIVE_APP_SECRET: appSecret } = process.env;
const needsCurl = { ...limit, skip: !installed("curl") && "no curl here" };

test("curl sends what the sandbox accepts, and the page reads what curl prints", needsCurl, () =>
  visiting(browser, clipboard, async (page) => {
    const accepted = async () => (await fetch(`${endpoint}/sandbox/accepted`)).json();
    const before = (await accepted()).length;
    const ids = { carrierUserId: `it's "1" $HOME \\ 中 😀`, packageId: "@14  '" };
    await enter(page, { client: { endpoint, userId, appId, appSecret }, call: ids });
    await assertTaken(page, {});
    await page.getByRole("radio", { name: "getSpaceUsageByOverview" }).check();
    await assertTaken(page, {});
    await enter(page, { call: { operation: "rawCall", method: "GET", path: "/koodrive/ose/v1/space/usage/overview" } });
    await assertTaken(page, {});
    const { carrierUserId, packageId } = ids;
    const json = JSON.stringify({ carrierUserId, type: 2, packageId }, null, "\t");
    await enter(page, { call: { operation: "rawCall", method: "POST", path: "/koodrive/ose/v1/carrier/users/notifyPackageExpire", json } });
    await assertTaken(page, {});
    await enter(page, { client: { token }, call: { operation: "notifyPackageExpire", ...ids } });
    await assertTaken(page, { KOODRIVE_AUTHORIZATION: `Bearer ${token}` });
    const taken = (await accepted()).slice(before);
    assert.deepEqual(
      taken.map(({ carrierUserId, packageId }) => ({ carrierUserId, packageId })),
      [ids, ids, ids],
    );
  }),
);

async function assertTaken(page, env) {
  await page.getByRole("button", { name: "Sign anew" }).click();
  const { stdout } = await inShell("sh", (await copied(page, "the curl command")).replace("curl ", "curl --silent --show-error "), env);
  await page.evaluate((text) => navigator.clipboard.writeText(text), stdout);
  await page.getByLabel("Status").fill("");
  await page.getByLabel("Status").press("ControlOrMeta+V");
  await says(page, "response", "A success: the service accepted the call.");
  assert.equal(await page.getByLabel("Status").inputValue(), "200");
  assert.match(await page.getByLabel("Headers").inputValue(), /^content-type: application\/json$/m);
}

/** Answers every request with 200. Returns the requests that came while `work(url)` ran. */
async function receiving(work) {
  const received = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    received.push({ method: request.method, target: request.url, length: request.headers["content-length"], body });
    response.setHeader("content-type", "application/json").end("{}");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    await work(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return received;
}

test("curl sends target, body and length of a raw call as they are shown", needsCurl, () =>
  visiting(browser, clipboard, async (page) => {
    const expected = [];
    const received = await receiving(async (endpoint) => {
      await enter(page, { client: { endpoint, userId: "7", token: "example-token" } });
      const path = "/!\"$&'()*+,:;<=>@[\\]^`{|}~/.../用户";
      const escaped = "/%21%22%24%26%27%28%29%2A%2B%2C%3A%3B%3C%3D%3E%40%5B%5C%5D%5E%60%7B%7C%7D~/.../%E7%94%A8%E6%88%B7";
      const query = [
        ["b", "[1-3]{a,b}"],
        ["a", "x y+#?&"],
      ];
      const target = `${escaped}?a=x%20y%2B%23%3F%26&b=%5B1-3%5D%7Ba%2Cb%7D`;
      for (const [method, json, length] of [
        ["GET", "", undefined],
        ["POST", "", "0"],
        ["PUT", "", "0"],
        ["DELETE", "", undefined],
        ["PUT", '{\n\t"名": "it\'s"\n}\n', "19"],
        ["PATCH", '"@/etc/hostname"', "16"],
      ]) {
        await enter(page, { call: { operation: "rawCall", method, path, query, json } });
        await assertTaken(page, { KOODRIVE_AUTHORIZATION: "Bearer example-token" });
        assert.ok((await shown(page, "http")).startsWith(`${method} ${target} HTTP/1.1\n`));
        expected.push({ method, target, length, body: json });
      }
    });
    assert.deepEqual(received, expected);
  }),
);

test("a refusal that the sandbox explains is read down to the character", needsCurl, () =>
  visiting(browser, clipboard, async (page) => {
    await enter(page, { client: { endpoint, userId, appId, appSecret }, call: { carrierUserId: "1", packageId: "14" } });
    // This acts as a proxy that changes the user id: the signature no longer matches.
    const command = (await copied(page, "the curl command")).replace(`x-user-id: ${userId}`, `x-user-id: ${userId.slice(0, -1)}1`);
    const { stdout } = await inShell("sh", command.replace("curl ", "curl --silent "));
    await page.evaluate((text) => navigator.clipboard.writeText(text), stdout);
    await field(page, "Body").press("ControlOrMeta+V");
    await says(page, "response", "ApiError: outcome refused.");
    const found = page.locator("#response-result .difference");
    assert.match(await found.innerText(), /^Line 6, CanonicalHeaders/);
    assert.deepEqual(await found.locator("mark").allTextContents(), ["0", "1"]);
  }),
);
