// Copies the page and the built package into one folder, and serves it on 127.0.0.1:
// `npm run build && npm run workbench`.
import { cp, mkdir, readFile, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = import.meta.dirname;
const built = join(here, "../..");

/** The types of the page's files. Other files in this folder are not part of the page. */
const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };

/**
 * Writes the page's files, the package as the page imports it, and the licences of both to
 * `folder`, for any static host.
 */
export async function assemble(folder, koodrive = built) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const own = (await readdir(here)).filter((name) => extname(name) in TYPES);
  for (const name of own) await cp(join(here, name), join(folder, name));
  await cp(join(koodrive, "dist/index.js"), join(folder, "koodrive.js"));
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES"]) await cp(join(koodrive, name), join(folder, name));
}

/**
 * Serves the files directly in `folder` on a port that the system chooses. Returns the server and
 * its URL.
 */
export async function serve(folder) {
  const names = await readdir(folder);
  const server = createServer(async (request, response) => {
    const name = request.url.split(/[?#]/)[0].slice(1) || "index.html";
    if (!names.includes(name)) return response.writeHead(404).end();
    const type = TYPES[extname(name)] ?? "text/plain";
    const headers = { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store", "x-content-type-options": "nosniff" };
    response.writeHead(200, headers).end(await readFile(join(folder, name)));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { server, url: `http://127.0.0.1:${server.address().port}/` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(built, "generated/workbench");
  await assemble(folder);
  const { url } = await serve(folder);
  console.log(`The page is in ${folder}, for any static host.\n${url}`);
}
