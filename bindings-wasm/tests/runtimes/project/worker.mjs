// In a page's worker.
import * as koodrive from "/node_modules/koodrive/dist/index.js";
import { run } from "./scenario.mjs";

addEventListener("message", async ({ data }) => postMessage(await run(koodrive, data)));
