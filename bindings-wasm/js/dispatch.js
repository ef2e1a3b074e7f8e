// The entry koodrive/dispatch: the whole of koodrive over a .wasm that holds the dispatcher as well, and what sends many calls. A
// client belongs to the .wasm it was made in, where its credentials are, and they do not leave it: hence the whole.
export * from "./index.js";
export { dispatch } from "./dispatch/dispatch.js";
export { HaltedError } from "./dispatch/halted.js";
