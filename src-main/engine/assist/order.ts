/** Bits for a number, and for its place. */
const half = 2 ** 26;

/**
 * These places by a number from 0 to 1 that each has, the smallest first; of those that differ by less than 2^-26 the
 * smaller place first. Number and place are sorted as one number: with a function to compare it takes ten times as long.
 * @param places below 2^26
 */
export function inOrder(places: Int32Array, numberOf: (place: number) => number): Int32Array {
  const keys = new Float64Array(places.length);
  for (let i = 0; i < keys.length; i++)
    keys[i] = Math.floor(numberOf(places[i]!) * (half - 1)) * half + places[i]!;
  return Int32Array.from(keys.sort(), (key) => key % half);
}
