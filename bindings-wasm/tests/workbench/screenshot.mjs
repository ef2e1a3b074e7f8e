// Takes the page's picture anew: node screenshot.mjs FILE, with KOODRIVE_CHROMIUM and
// KOODRIVE_TOOLS (tests/runtimes) set.
import { writeFile } from "node:fs/promises";
import { launch } from "../runtimes/browser.mjs";
import { DESKTOP, says, visiting } from "./page.mjs";
import { withPalette } from "./palette.mjs";

const [file] = process.argv.slice(2);
const browser = await launch();
try {
  let picture;
  await visiting(browser, { colorScheme: "light", viewport: DESKTOP }, async (page) => {
    await page.getByRole("button", { name: "Example" }).click();
    await says(page, "compare", "Line 2 differs.");
    // This leaves no button under the pointer or in focus.
    await page.mouse.move(0, 0);
    await page.evaluate(() => document.activeElement.blur());
    const { y } = await page.locator("#response").boundingBox();
    const clip = { x: 0, y: 0, width: DESKTOP.width, height: Math.floor(y) - 12 };
    picture = await page.screenshot({ fullPage: true, clip });
  });
  await writeFile(file, await withPalette(await browser.newPage(), picture));
} finally {
  await browser.close();
}
