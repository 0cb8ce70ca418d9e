/** Yes and no of many things, eight to a byte: the first in the lowest bit of the first byte. */

/** @param flags 0 or 1 each */
export function bitsOf(flags: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(flags.length / 8));
  for (let i = 0; i < flags.length; i++) bits[i >> 3]! |= flags[i]! << (i & 7);
  return bits;
}

/** Is the bit at this place set? Beyond the end none is. */
export const bitAt = (bits: Uint8Array, place: number): boolean =>
  ((bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
