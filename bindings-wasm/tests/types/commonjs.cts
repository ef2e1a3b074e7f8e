// The same package with `require`.
import koodrive = require("koodrive");
import compiled = require("koodrive/module.wasm");
import { Sandbox } from "koodrive/sandbox";

const client = new koodrive.Client({ endpoint: koodrive.CHINA, userId: "1", token: "t" });
export const headers: Readonly<Record<string, string>> = client.request(koodrive.getCurrentRetentionPolicy()).headers;
export const status = (error: unknown): number | undefined =>
  error instanceof koodrive.KooDriveError && error.kind === "api" ? error.status : undefined;
// The sandbox replaces fetch. Its types are those of the same module system.
export const sent = client.send(koodrive.getCurrentRetentionPolicy(), { transport: new Sandbox().fetch });
export const module: unknown = compiled;
