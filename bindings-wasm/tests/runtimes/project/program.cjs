// Runs the same scenario in CommonJS. Further arguments name the files to load instead.
const [, , endpoint, main = "koodrive", sandbox = "koodrive/sandbox"] = process.argv;
const koodrive = { ...require(main), sandbox: () => require(sandbox) };

import("./scenario.mjs").then(({ run }) => run(koodrive, endpoint)).then((told) => console.log(JSON.stringify(told)));
