// Runs the scenario in a page's worker.
import * as koodrive from "./raw-package.mjs";
import { run } from "./scenario.mjs";

// reportError reaches the page. A rejection would not.
addEventListener("message", ({ data }) => run(koodrive, data).then(postMessage, reportError));
