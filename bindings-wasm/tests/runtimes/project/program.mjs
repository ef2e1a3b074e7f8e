// For runtimes that run a file: prints what the scenario tells.
import { ApiError, Client, INTERNATIONAL, getCurrentRetentionPolicy, isKooDriveError, notifyPackageExpire } from "koodrive";
import { run } from "./scenario.mjs";

const koodrive = { ApiError, Client, INTERNATIONAL, getCurrentRetentionPolicy, isKooDriveError, notifyPackageExpire };
console.log(JSON.stringify(await run(koodrive, process.argv[2])));
