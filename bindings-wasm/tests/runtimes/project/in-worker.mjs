// For pages that leave the work to a worker.
const worker = new Worker("/worker.mjs", { type: "module" });
globalThis.told = new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`));
});
worker.postMessage(new URLSearchParams(location.search).get("endpoint"));
