/** What computed pictures are painted with. */
import sharp from 'sharp';
import type { Random } from '../../../../src-shared/random.ts';
import { between, side } from './set.ts';

/** A value at a pixel. */
export type Field = (x: number, y: number) => number;

/** Smooth noise on a grid of random values, -1 to 1. */
export function noise(random: Random, cell: number): Field {
  const cells = Math.ceil((2 * side) / cell) + 2;
  const values = Float32Array.from({ length: cells * cells }, () => 2 * random() - 1);
  const at = (i: number, j: number) => values[(j % cells) * cells + (i % cells)]!;
  return (x, y) => {
    const [u, v] = [(x + side / 2) / cell, (y + side / 2) / cell];
    const [i, j] = [Math.max(0, Math.floor(u)), Math.max(0, Math.floor(v))];
    const [a, b] = [ease(u - i), ease(v - j)];
    const top = at(i, j) * (1 - a) + at(i + 1, j) * a;
    const bottom = at(i, j + 1) * (1 - a) + at(i + 1, j + 1) * a;
    return top * (1 - b) + bottom * b;
  };
}
const ease = (t: number) => t * t * (3 - 2 * t);

/** Random places of the picture. */
export function points(random: Random, count: number): readonly (readonly [number, number])[] {
  return Array.from({ length: count }, () => [side * random(), side * random()] as const);
}

/** Distances to the nearest and the second nearest point. */
export function nearestTwo(of: readonly (readonly [number, number])[], x: number, y: number) {
  let [first, second] = [Infinity, Infinity];
  for (const [px, py] of of) {
    const d = Math.hypot(px - x, py - y);
    if (d < first) [first, second] = [d, first];
    else if (d < second) second = d;
  }
  return [first, second] as const;
}

/** Red, green and blue, 0 to 255. */
export const colour = (random: Random) => [0, 1, 2].map(() => between(random, 0, 255));
/** Into 0 to 1. */
export const clamp = (value: number) => Math.min(1, Math.max(0, value));

/** A picture from the colour of each pixel, as PNG. */
export function painted(pixel: (x: number, y: number) => readonly number[]): Promise<Buffer> {
  const rgb = new Uint8ClampedArray(3 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) rgb.set(pixel(x, y), 3 * (y * side + x));
  }
  return sharp(rgb, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
}
