import { expect, it } from 'vitest';
import { placeholderOf } from '../../src-main/images/placeholder.ts';

const grey = (width: number, height: number, value: (x: number, y: number) => number) => ({
  width,
  height,
  data: Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return value(pixel % width, Math.floor(pixel / width));
  }),
});

it('is the mean colour of each sixteenth of a picture', () => {
  const placeholder = placeholderOf(grey(8, 8, (x, y) => 10 * x + y));
  const cells = Array.from({ length: 16 }, (_, i) => placeholder[3 * i]);
  // The four pixels of the first cell are 0, 10, 1 and 11.
  expect(cells).toEqual([6, 26, 46, 66, 8, 28, 48, 68, 10, 30, 50, 70, 12, 32, 52, 72]);
});

it('keeps the channels apart', () => {
  const data = Uint8Array.from({ length: 3 * 16 }, (_, i) => [200, 100, 50][i % 3]!);
  const placeholder = placeholderOf({ width: 4, height: 4, data });
  expect([...placeholder.subarray(45)]).toEqual([200, 100, 50]);
});

it('exists of a single pixel too', () => {
  expect([...placeholderOf(grey(1, 1, () => 77))]).toEqual(new Array(48).fill(77));
});
