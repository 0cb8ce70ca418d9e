/** Intervals by drawing the images anew (Efron 1979). */
import type { Ranged } from '../../../src-shared/advisor/advice.ts';
import { type Random, seededRandom } from '../training/random.ts';

/** Stream of the seed. */
const drawing = 22;
export const draws = 200;

export const drawer = (): Random => seededRandom(1, drawing);

/** Indices of `count` images, drawn with replacement. */
export const drawn = (count: number, random: Random): number[] =>
  Array.from({ length: count }, () => Math.floor(random() * count));

/** The middle 95 % of the resampled values, widened to hold the value itself. */
export function ranged(value: number, resampled: readonly number[]): Ranged {
  const sorted = resampled.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? value;
  return { value, low: Math.min(value, at(0.025)), high: Math.max(value, at(0.975)) };
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
