import { expect, it } from 'vitest';
import { bitAt, bitsOf } from '../../src-shared/bits.ts';

it('keeps eight flags in a byte, and none beyond the end', () => {
  const flags = Uint8Array.from([1, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
  const bits = bitsOf(flags);
  expect([...bits]).toEqual([0b1001, 0b10]);
  expect(Array.from(flags, (_, place) => Number(bitAt(bits, place)))).toEqual([...flags]);
  expect(bitAt(bits, 10)).toBe(false);
  expect(bitAt(bits, 1000)).toBe(false);
});
