// The same in CommonJS.
const koodrive = require(process.argv[3] ?? "koodrive");

import("./scenario.mjs")
  .then(({ run }) => run(koodrive, process.argv[2]))
  .then((told) => console.log(JSON.stringify(told)));
