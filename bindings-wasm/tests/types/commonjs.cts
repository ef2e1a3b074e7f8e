// The same package for require.
import koodrive = require("koodrive");
import { Sandbox } from "koodrive/sandbox";

const client = new koodrive.Client({ endpoint: koodrive.CHINA, userId: "1", token: "t" });
const headers: Record<string, string> = client.request(koodrive.getCurrentRetentionPolicy()).headers;
console.log(headers);
console.log(new Sandbox().accepted().length);
