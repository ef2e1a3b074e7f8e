// Runs the scenario in a page and leaves a promise of its result. The address names the endpoint.
import * as koodrive from "./package.mjs";
import { run } from "./scenario.mjs";

globalThis.told = run(koodrive, new URLSearchParams(location.search).get("endpoint"));
