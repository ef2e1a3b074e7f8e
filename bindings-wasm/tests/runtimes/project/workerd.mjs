// Answers a request to a Worker with the scenario's result.
import * as koodrive from "./package.mjs";
import { run } from "./scenario.mjs";

export default {
  async fetch(request) {
    try {
      return Response.json(await run(koodrive, new URL(request.url).searchParams.get("endpoint")));
    } catch (error) {
      return new Response(error.stack, { status: 500 });
    }
  },
};
