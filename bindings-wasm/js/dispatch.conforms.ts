// Compiles only while the sources are what dispatch.d.ts declares. Neither bundled nor run.
import { dispatch } from "./dispatch/dispatch.js";
import type * as declared from "./dispatch.js"; // dispatch.d.ts
import { HaltedError } from "./dispatch/halted.js";
import type * as declaredByKoodrive from "./index.js"; // index.d.ts

/** What the entry has beside all that koodrive has. The implementation gives outcomes of any key. */
export const values: Omit<{ [Name in keyof typeof declared]: unknown }, keyof typeof declaredByKoodrive> = { HaltedError, dispatch };

type Made = ReturnType<typeof dispatch>;
type Declared = declared.Dispatch<unknown>;

/** The compiler does not see that `Symbol.asyncDispose` is added where the host has it. */
export const job = (made: Made): Omit<Declared, typeof Symbol.asyncDispose | typeof Symbol.asyncIterator> => made;
export const iterable = (made: Made): AsyncIterable<declared.CallOutcome> => made;

export const halted: Error = HaltedError.prototype;
