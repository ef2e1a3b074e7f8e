// Instants as the core takes them.

/**
 * Returns the milliseconds of a Date, of another realm as well, or of a number. The core refuses
 * NaN.
 */
export function instant(value: unknown): number {
  if (typeof value === "number") return value;
  return isDate(value) ? value.getTime() : NaN;
}

const isDate = (value: unknown): value is Date => value instanceof Date || Object.prototype.toString.call(value) === "[object Date]";

export const optionalInstant = (value: unknown): number | undefined => (value === undefined ? undefined : instant(value));
