// For pages: leaves a promise of what the scenario tells. The address names the endpoint.
import { ApiError, Client, INTERNATIONAL, getCurrentRetentionPolicy, isKooDriveError, notifyPackageExpire } from "koodrive";
import { run } from "./scenario.mjs";

const koodrive = { ApiError, Client, INTERNATIONAL, getCurrentRetentionPolicy, isKooDriveError, notifyPackageExpire };
globalThis.told = run(koodrive, new URLSearchParams(location.search).get("endpoint"));
