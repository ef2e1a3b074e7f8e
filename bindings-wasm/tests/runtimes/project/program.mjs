// Runs the scenario in runtimes that run a file, and prints its result.
import * as koodrive from "./package.mjs";
import { run } from "./scenario.mjs";

console.log(JSON.stringify(await run(koodrive, process.argv[2])));
