/** Intervals by drawing images, or repeats of a measurement, anew. */
import type { Ranged } from '../../../src-shared/advisor/advice.ts';
import { type Random, seededRandom, shuffled } from '../training/random.ts';

/** Stream of the seed. */
const drawing = 22;
/** Of the normal distribution, around 95 % of it. */
const deviations = 1.96;

export const drawer = (): Random => seededRandom(1, drawing);

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Random halves of so many images. What is measured on a half varies about what is measured on all as much as
 * that varies about the truth: the jackknife that leaves out half (Shao and Wu 1989, "A general theory for
 * jackknife variance estimation"). Unlike a bootstrap's, its samples hold no image twice.
 */
export function halves(count: number, times: number): readonly (readonly number[])[] {
  const random = drawer();
  const all = Array.from({ length: count }, (_, i) => i);
  const size = Math.ceil(count / 2);
  return Array.from({ length: times }, () => shuffled(all, random).slice(0, size));
}

/** @param ofHalves the same measured on each half */
export function fromHalves(value: number, ofHalves: readonly number[]): Ranged {
  return around(value, deviations * deviation(ofHalves));
}

/** The same for a share, whose interval stays between 0 and 1: as wide on the scale of log odds. */
export function shareFromHalves(value: number, ofHalves: readonly number[]): Ranged {
  const spread = deviations * deviation(ofHalves.map(logit));
  const at = (by: number) => 1 / (1 + Math.exp(-(logit(value) + by)));
  return { value, low: Math.min(value, at(-spread)), high: Math.max(value, at(spread)) };
}

/** Ends of the scale are taken as one in so many. */
const certain = 1e-3;
const logit = (share: number): number => {
  const inside = Math.min(1 - certain, Math.max(certain, share));
  return Math.log(inside / (1 - inside));
};

const around = (value: number, by: number): Ranged => ({
  value,
  low: value - by,
  high: value + by,
});

export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, values.length - 1));
}

/** From values of a bootstrap (Efron 1979): the middle 95 %, moved away from `value` so many times as far. */
export function fromDraws(value: number, drawn: readonly number[], stretch: number): Ranged {
  const sorted = drawn.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const low = Math.min(0, at(0.025) - value);
  const high = Math.max(0, at(0.975) - value);
  return { value, low: value + stretch * low, high: value + stretch * high };
}
