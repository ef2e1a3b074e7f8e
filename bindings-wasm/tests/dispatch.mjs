// What the tests of the dispatcher share. What it decides is tested in the core; here: that its driver does what it says, and loses
// nothing.
import { APP, INTERNATIONAL, Sandbox, USER_ID, esm } from "./koodrive.mjs";

export const { Client, HaltedError, dispatch, isKooDriveError, notifyPackageExpire } = esm;

/** So that a test waits for nothing but what it is about. */
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

/** Its outcomes. */
export async function all(run) {
  const outcomes = [];
  for await (const outcome of run) outcomes.push(outcome);
  return outcomes;
}

/** Its outcomes, and what it throws in the end. */
export async function allAndError(run) {
  const outcomes = [];
  try {
    for await (const outcome of run) outcomes.push(outcome);
  } catch (error) {
    return { outcomes, error };
  }
  throw new Error("nothing was thrown");
}

/** The sandbox's fetch after `before(init, number)`, which may answer in its place. */
export function through(sandbox, before) {
  let number = 0;
  return async (url, init) => (await before(init, number++)) ?? sandbox.fetch(url, init);
}

export const jsonOf = (status, body, headers = {}) =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });

/** A service that takes the tokens that are in the set now; `sent` are the Authorizations that came. */
export function serviceOf(tokens) {
  const sandbox = new Sandbox({ tokens: ["one", "two", "three"] });
  const sent = [];
  const transport = through(sandbox, ({ headers }) => {
    sent.push(headers.authorization);
    return tokens.has(headers.authorization.slice("Bearer ".length)) ? undefined : jsonOf(401, { code: 1, msg: "token expired" });
  });
  return { sandbox, sent, transport };
}

/** How often each verdict. */
export const tally = (outcomes) => outcomes.reduce((counts, { verdict }) => ({ ...counts, [verdict]: (counts[verdict] ?? 0) + 1 }), {});

/** A promise, and what fulfils it. */
export function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { open, opened };
}
