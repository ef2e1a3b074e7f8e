// `node size.mjs` prints the sizes of installed npm packages and of their bundles.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { print } from "./harness.mjs";

const here = import.meta.dirname;

const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;

/**
 * The imports that a user needs to sign a request. Packages that need Node's modules do not run in
 * browsers, so they are bundled for Node and without Node's modules.
 */
const BUNDLES = [
  ["koodrive", "browser", 'export * from "koodrive"'],
  ["@noble/hashes", "browser", 'export { hmac } from "@noble/hashes/hmac.js"; export { sha256 } from "@noble/hashes/sha2.js"'],
  ["@smithy/signature-v4", "browser", 'export * from "@smithy/signature-v4"; export * from "@aws-crypto/sha256-js"'],
  ["aws4", "node", 'export * from "aws4"'],
  ["@huaweicloud/huaweicloud-sdk-core", "node", 'export * from "@huaweicloud/huaweicloud-sdk-core"'],
  ["@huaweicloud/huaweicloud-sdk-core, signer", "node", 'export * from "@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js"'],
];

for (const [peer, platform, contents] of BUNDLES) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: here },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform,
    write: false,
    logLevel: "error",
  });
  const [{ contents: bytes }] = outputFiles;
  const named = platform === "node" ? `${peer} (Node only)` : peer;
  print("npm bundle", named, "bytes", bytes.length);
  print("npm bundle, gzip", named, "bytes", gzip(bytes));
  print("npm bundle, brotli", named, "bytes", brotliCompressSync(bytes).length);
}

const core = readFileSync(join(here, "node_modules/koodrive/dist/koodrive.wasm"));
print("npm .wasm", "koodrive", "bytes", core.length);
print("npm .wasm, gzip", "koodrive", "bytes", gzip(core));
print("npm .wasm, brotli", "koodrive", "bytes", brotliCompressSync(core).length);

/** Returns the bytes of one package's folder, without the packages inside its node_modules. */
function bytesIn(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile()) bytes += statSync(path).size;
    else if (entry.isDirectory() && entry.name !== "node_modules") bytes += bytesIn(path);
  }
  return bytes;
}

/**
 * Returns the folders of the named packages and of all their dependencies, as Node resolves them.
 */
function withDependencies(names, from, found = new Set()) {
  for (const name of names) {
    const folder = locate(name, from);
    if (found.has(folder)) continue;
    found.add(folder);
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    withDependencies(Object.keys(dependencies), folder, found);
  }
  return found;
}

function locate(name, from) {
  const folder = join(from, "node_modules", name);
  return statSync(folder, { throwIfNoEntry: false }) ? folder : locate(name, join(from, ".."));
}

for (const names of [
  ["koodrive"],
  ["@noble/hashes"],
  ["@smithy/signature-v4", "@aws-crypto/sha256-js"],
  ["aws4"],
  ["@huaweicloud/huaweicloud-sdk-core"],
]) {
  const folders = [...withDependencies(names, here)];
  const bytes = folders.reduce((sum, folder) => sum + bytesIn(folder), 0);
  const peer = folders.length > 1 ? `${names[0]} (${folders.length} packages)` : names[0];
  print("npm installed", peer, "bytes", bytes);
}
