// Samples of the dispatcher that compile wherever JavaScript runs.
import {
  type BadItem,
  type CallOutcome,
  CHINA,
  Client,
  type Dispatch,
  dispatch,
  type DispatchOptions,
  getSpaceUsageByOverview,
  HaltedError,
  isKooDriveError,
  type KooDriveError,
  notifyPackageExpire,
  type NotifyPackageExpire,
  type Outgoing,
  type Policy,
  type Progress,
  type RawCall,
  rawCall,
  type Verdict,
} from "koodrive";
import { Sandbox } from "koodrive/sandbox";

/** Fails to compile unless the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>) => {};

const first = new Client({ endpoint: CHINA, userId: "1", token: async () => "t" });
const client: Client = first.withCredentials({ token: "t" });
const call = notifyPackageExpire({ carrierUserId: "1", packageId: "2" });
await client.send(call, { transport: new Sandbox().fetch });

// Sync and async sources.
async function* rows(): AsyncGenerator<[row: number, call: NotifyPackageExpire]> {
  yield [1, call];
}
same<ReturnType<typeof byPosition>, Dispatch<number, NotifyPackageExpire>>(true);
const byPosition = () => dispatch(client, [call, notifyPackageExpire({ carrierUserId: "1", packageId: "2" })]);
const byRow: Dispatch<number> = dispatch(client, rows());
const byName: Dispatch<string> = dispatch(client, new Map([["a", call]]));
const byObject: Dispatch<{ id: bigint }> = dispatch(client, new Set([[{ id: 1n }, call] as const]));
const objects = () => dispatch(client, [{ key: "a", call }]);
same<ReturnType<typeof objects>, Dispatch<string, NotifyPackageExpire>>(true);
// Pairs that TypeScript widens to arrays, and pairs that it does not.
const ids = [{ id: "a" }, { id: "b" }];
const widened = ids.map(({ id }) => [id, call]);
const later = () => dispatch(client, widened);
same<ReturnType<typeof later>, Dispatch<string, NotifyPackageExpire>>(true);
const inPlace: Dispatch<string, NotifyPackageExpire> = dispatch(
  client,
  ids.map(({ id }) => [id, call]),
);
async function* yielded() {
  for (const { id } of ids) yield [id, call];
}
const generated: Dispatch<string, NotifyPackageExpire> = dispatch(client, yielded(), { rate: 5, onHalt: () => true });
const two = () =>
  dispatch(
    client,
    ids.map(({ id }, row) => [row, id === "a" ? call : getSpaceUsageByOverview()]),
  );
const byTwo: Dispatch<number> = two();
// Mixed calls, with the replies of each operation.
const mixed = () => dispatch(client, [call, rawCall({ method: "GET", path: "/a" })]);
same<ReturnType<typeof mixed>, Dispatch<number, NotifyPackageExpire | RawCall>>(true);
export const bodies = async () => {
  for await (const outcome of dispatch(client, [getSpaceUsageByOverview()])) {
    if (outcome.verdict === "delivered") console_(outcome.reply?.data.totalUsed ?? null, outcome.error?.message ?? null);
  }
};
export const jobs = [byRow, byName, byObject, inPlace, generated, byTwo];

const policy: Policy = { rate: 20, burst: 1, concurrency: 8, repeatsAreSafe: false, tokenAgeMs: undefined };
const options: DispatchOptions = {
  ...policy,
  transport: new Sandbox().fetch,
  token: async () => "t",
  onHalt: async (halt) => halt.reason === "no_token",
  timeoutMs: 5_000,
  signal: undefined,
};

await using run = dispatch(client, rows(), options);
for await (const outcome of run) {
  same<typeof outcome, CallOutcome<number, NotifyPackageExpire>>(true);
  same<typeof outcome.verdict, Verdict>(true);
  same<typeof outcome.key, number>(true);
  const { carrierUserId }: NotifyPackageExpire = outcome.call;
  const code: string | null = outcome.code;
  // The verdict narrows reply and error.
  switch (outcome.verdict) {
    case "delivered":
      same<typeof outcome.error, null>(true);
      console_(outcome.reply.code, outcome.sentAt.getTime(), outcome.traceId.length);
      break;
    case "not_sent":
      same<typeof outcome.traceId, null>(true);
      break;
    default:
      same<typeof outcome.error, KooDriveError>(true);
      if (outcome.error.kind === "api") console_(outcome.error.status, carrierUserId, code);
  }
  const { delivered, rate, slowed, sourceEnded }: Progress = run.progress;
  same<typeof slowed, "throttled" | "failing" | "draining" | null>(true);
  if (delivered > rate && !sourceEnded) run.cancel();
}
const { done } = await run.return();
same<typeof done, true>(true);

// The hooks.
const hooks: DispatchOptions = {
  beforeSend: async ({ attempt, traceId, xDate }) => console_(attempt, traceId, xDate),
  onExchange: ({ status }) => console_(status),
};
dispatch(client, [call], hooks).cancel();
const hooked = dispatch(client, [{ key: 7n, call }], {
  beforeSend: (outgoing) => {
    same<typeof outgoing, Outgoing<bigint, NotifyPackageExpire>>(true);
  },
});
console_(hooked.sourceEnded ? 1 : 0, hooked.badItems);

// Bad items are among the outcomes only if the options ask for them.
for await (const outcome of dispatch(client, rows(), { onBadItem: "outcome" })) {
  same<typeof outcome, CallOutcome<number, NotifyPackageExpire> | BadItem<number>>(true);
  if (outcome.verdict === "bad_item") console_(outcome.key, outcome.error.field);
  else console_(outcome.traceId);
}
const reporting: DispatchOptions<"outcome"> = { onBadItem: "outcome" };
const reported = dispatch(client, widened, reporting);
same<ReturnType<typeof reported.remaining>, (CallOutcome<string, NotifyPackageExpire> | BadItem<string>)[]>(true);

function console_(..._: (string | number | null)[]) {}

export function narrowed(error: unknown): string | number | null | undefined {
  if (error instanceof HaltedError) return error.reason === "same_answer" ? error.status : error.times;
  return isKooDriveError(error) ? error.traceId : undefined;
}
