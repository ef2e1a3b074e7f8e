/**
 * Milliseconds of a Date, of another realm as well, or of a number. The core refuses NaN.
 * @type {(value: any) => number}
 */
export function instant(value) {
  if (typeof value === "number") return value;
  const isDate = value instanceof Date || Object.prototype.toString.call(value) === "[object Date]";
  return isDate ? value.getTime() : NaN;
}
