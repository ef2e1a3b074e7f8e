// Re-exports the package by the addresses of its files.
export * from "/node_modules/koodrive/dist/index.js";
export const sandbox = () => import("/node_modules/koodrive/dist/sandbox.js");
