// Runs the scenario in a worker of the page.
const worker = new Worker("/worker.mjs", { type: "module" });
globalThis.told = new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`));
});
worker.postMessage(new URLSearchParams(location.search).get("endpoint"));
