// Shares helpers among the tests of jobs. Those tests check the driver: it does what the dispatcher
// says and loses no outcome. The core's own tests check the decisions.
import { APP, INTERNATIONAL, Sandbox, USER_ID, esm } from "./koodrive.mjs";

export const { Client, HaltedError, dispatch, isKooDriveError, notifyPackageExpire } = esm;

/** Options without waits that the test is not about. */
export const FAST = { rate: 100_000, backoffMs: 10 };

export const clientOf = (credentials = APP) => new Client({ endpoint: INTERNATIONAL, userId: USER_ID, ...credentials });

export const callOf = (number) => notifyPackageExpire({ carrierUserId: `user ${number}`, packageId: "14" });

export function* calls(count = Infinity) {
  for (let number = 0; number < count; number++) yield callOf(number);
}

export async function* later(items) {
  for (const item of items) {
    await undefined;
    yield item;
  }
}

/** Returns the outcomes of `run`. */
export async function all(run) {
  const outcomes = [];
  for await (const outcome of run) outcomes.push(outcome);
  return outcomes;
}

/** Returns the outcomes of `run` and the error that it throws. */
export async function allAndError(run) {
  const outcomes = [];
  try {
    for await (const outcome of run) outcomes.push(outcome);
  } catch (error) {
    return { outcomes, error };
  }
  throw new Error("nothing was thrown");
}

/** Returns the sandbox's fetch behind `before(init, number)`, which may answer in its place. */
export function through(sandbox, before) {
  let number = 0;
  return async (url, init) => (await before(init, number++)) ?? sandbox.fetch(url, init);
}

export const jsonOf = (status, body, headers = {}) =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });

/**
 * Returns a service that accepts the tokens now in the set. `sent` has the received Authorizations.
 */
export function serviceOf(tokens) {
  const sandbox = new Sandbox({ tokens: ["one", "two", "three"] });
  const sent = [];
  const transport = through(sandbox, ({ headers }) => {
    sent.push(headers.authorization);
    return tokens.has(headers.authorization.slice("Bearer ".length)) ? undefined : jsonOf(401, { code: 1, msg: "token expired" });
  });
  return { sandbox, sent, transport };
}

/** Returns the number of outcomes per verdict. */
export const tally = (outcomes) => outcomes.reduce((counts, { verdict }) => ({ ...counts, [verdict]: (counts[verdict] ?? 0) + 1 }), {});

/** Returns a promise and the function that fulfils it. */
export function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { open, opened };
}
