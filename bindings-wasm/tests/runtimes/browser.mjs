// Pages in a real browser: a static server for a folder, and Chromium through Playwright.
//
// Knows nothing of koodrive. KOODRIVE_CHROMIUM names the program; `cargo xtask test` finds or installs it.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** No sandbox of its own, as root has none; nothing that calls home, as tests have no internet. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--no-first-run",
  "--disable-component-update",
  "--disable-sync",
];

/** Serves a folder on 127.0.0.1, each response with these headers (a Content-Security-Policy, say), while `work(url)` lasts. */
export async function serving(folder, headers, work) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://127.0.0.1");
    // `normalize` of an absolute path leaves no `..`, so nothing outside of the folder is served.
    const path = normalize(decodeURIComponent(pathname.endsWith("/") ? `${pathname}index.html` : pathname));
    try {
      const body = await readFile(join(folder, path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", ...headers });
      response.end(body);
    } catch {
      // A browser asks every site for an icon; a site without one is no error.
      response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    return await work(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

/** Chromium with an empty profile, which is removed when the browser is closed. */
export const launch = () => chromium.launch({ executablePath: process.env.KOODRIVE_CHROMIUM, headless: true, args: FLAGS });

/**
 * Opens a page in a browsing context of its own while `work(page, problems)` lasts. `options` are Playwright's for a context
 * (viewport, colorScheme …). `problems` grows by what the page complains of: errors and warnings on its console, exceptions that
 * nobody caught, files that did not come.
 */
export async function opening(browser, url, options, work) {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    const problems = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => problems.push(`exception: ${error.stack ?? error}`));
    page.on("requestfailed", (request) => problems.push(`not loaded: ${request.url()} ${request.failure()?.errorText}`));
    await page.goto(url, { waitUntil: "load" });
    return await work(page, problems);
  } finally {
    await context.close();
  }
}
