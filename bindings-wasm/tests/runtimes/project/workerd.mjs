// For Workers: answers a request with what the scenario tells.
import { ApiError, Client, INTERNATIONAL, getCurrentRetentionPolicy, isKooDriveError, notifyPackageExpire } from "koodrive";
import { run } from "./scenario.mjs";

const koodrive = { ApiError, Client, INTERNATIONAL, getCurrentRetentionPolicy, isKooDriveError, notifyPackageExpire };

export default {
  async fetch(request) {
    try {
      return Response.json(await run(koodrive, new URL(request.url).searchParams.get("endpoint")));
    } catch (error) {
      return new Response(error.stack, { status: 500 });
    }
  },
};
