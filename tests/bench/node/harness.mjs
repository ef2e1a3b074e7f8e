// Measures one operation of one peer, and prints the rows that `cargo xtask bench` reads.
//
// Time is what the process has computed, the collector and the compiler included, not what a clock on the wall says: programs
// beside it then count for little.

/** Repeats in one process; `cargo xtask bench` starts several. */
const REPEATS = 4;

/** One repeat takes at least so many nanoseconds: an interrupt is then lost in it. */
const REPEAT = 20e6;

/** V8 compiles what is hot in steps; before this many nanoseconds it has not come to the last. */
const WARM = 400e6;

/** What this process has computed so far, in nanoseconds. */
export function cpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1e3;
}

/** Prints a row; `same` says whether the signature is the expected one, where there is one. */
export function print(table, operation, peer, unit, samples, same) {
  console.log(JSON.stringify({ table, operation, peer, unit, samples, same_signature: same }));
}

/** Nanoseconds per run, once for each repeat. */
export async function time(work, clock = cpu) {
  const timed = work() instanceof Promise ? timedPromises : timedResults;
  // As often as takes a repeat, and until it is warm.
  let runs = 1;
  for (let spent = 0, last = 0; last < REPEAT || spent < WARM; spent += last) {
    if (spent > 0 && last < REPEAT) runs *= 2;
    last = await timed(runs, work, clock);
  }
  const samples = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) samples.push((await timed(runs, work, clock)) / runs);
  return samples;
}

/** So that no result is optimised away. */
let kept;

function timedResults(runs, work, clock) {
  kept = undefined;
  const start = clock();
  for (let run = 0; run < runs; run++) kept = work();
  return clock() - start;
}

/** Kept apart: to await what is no promise costs as much as a small work. */
async function timedPromises(runs, work, clock) {
  kept = undefined;
  const start = clock();
  for (let run = 0; run < runs; run++) kept = await work();
  return clock() - start;
}
