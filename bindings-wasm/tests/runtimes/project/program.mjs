// For runtimes that run a file: prints what the scenario tells.
import * as koodrive from "./package.mjs";
import { run } from "./scenario.mjs";

console.log(JSON.stringify(await run(koodrive, process.argv[2])));
