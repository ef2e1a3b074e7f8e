// Runs the scenario in a page without a bundler or an import map, from the address of the package's
// file.
import * as koodrive from "./raw-package.mjs";
import { run } from "./scenario.mjs";

globalThis.told = run(koodrive, new URLSearchParams(location.search).get("endpoint"));
