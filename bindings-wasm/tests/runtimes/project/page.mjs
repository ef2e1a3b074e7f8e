// For pages: leaves a promise of what the scenario tells. The address names the endpoint.
import * as koodrive from "./package.mjs";
import { run } from "./scenario.mjs";

globalThis.told = run(koodrive, new URLSearchParams(location.search).get("endpoint"));
