// Serves a folder and opens its pages in Chromium through Playwright.
//
// This file is not specific to koodrive. KOODRIVE_CHROMIUM names the program; `cargo xtask test`
// finds or installs it.
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

/**
 * Chromium's sandbox is off, since it does not run as root. Its own requests are off, since tests
 * have no internet.
 */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--no-first-run",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Serves `folder` on 127.0.0.1 with `headers` in each response (a Content-Security-Policy, say),
 * while `work(url)` lasts.
 */
export async function serving(folder, headers, work) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://127.0.0.1");
    // `normalize` of an absolute path leaves no `..`, so only files in the folder are served.
    const path = normalize(decodeURIComponent(pathname.endsWith("/") ? `${pathname}index.html` : pathname));
    try {
      const body = await readFile(join(folder, path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", ...headers });
      response.end(body);
    } catch {
      // Browsers ask every site for an icon. A site without one is valid.
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

/** Returns Chromium with an empty profile, which is removed when the browser closes. */
export const launch = () => chromium.launch({ executablePath: process.env.KOODRIVE_CHROMIUM, headless: true, args: FLAGS });

/**
 * Opens a page in its own browsing context while `work(page, problems)` lasts. `options` are
 * Playwright's for a context (viewport, colorScheme …).
 *
 * `problems` collects errors and warnings of the page's console, uncaught exceptions, and files
 * that failed to load.
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
