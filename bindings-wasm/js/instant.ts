// Converts instants to the core's milliseconds.

/**
 * Returns the milliseconds since 1970 of a Date, also of another realm, or of a number. Returns NaN
 * for any other `value`; the core refuses NaN.
 */
export function instant(value: unknown): number {
  if (typeof value === "number") return value;
  return isDate(value) ? value.getTime() : NaN;
}

const isDate = (value: unknown): value is Date => value instanceof Date || Object.prototype.toString.call(value) === "[object Date]";

export const optionalInstant = (value: unknown): number | undefined => (value === undefined ? undefined : instant(value));
