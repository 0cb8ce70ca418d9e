/** What chance makes of the advisor's measurements. */
import { expect, it } from 'vitest';
import { amountOf } from '../../src-main/engine/advise/amount.ts';
import { fractions } from '../../src-main/engine/advise/probes.ts';
import {
  deviation,
  fromDraws,
  fromHalves,
  halves,
  mean,
  shareFromHalves,
} from '../../src-main/engine/advise/resample.ts';
import { type Measured, similarityOf } from '../../src-main/engine/advise/similarity.ts';
import { uniform } from '../helpers/random.ts';

const images = 400;
const values = [...uniform('values', images)];

it('gives the mean of many images the interval that theory gives it', () => {
  const parts = halves(images, 400);
  expect(new Set(parts[0]).size).toBe(images / 2);
  const { value, low, high } = fromHalves(
    mean(values),
    parts.map((rows) => mean(rows.map((i) => values[i]!))),
  );
  const wide = (1.96 * deviation(values)) / Math.sqrt(images);
  expect((high - value) / wide).toBeCloseTo(1, 1);
  expect(value - low).toBeCloseTo(high - value, 12);
});

it('keeps the interval of a share between 0 and 1, around it', () => {
  const { low, high } = shareFromHalves(0.98, [0.93, 0.96, 0.99, 1]);
  expect(low).toBeLessThan(0.98);
  expect(low).toBeGreaterThan(0);
  expect(high).toBeGreaterThan(0.98);
  expect(high).toBeLessThan(1);
  const sure = shareFromHalves(1, [1, 1, 1]);
  expect([sure.value, sure.high]).toEqual([1, 1]);
  expect(sure.low).toBeCloseTo(0.999, 12);
});

it('stretches the middle 95 % of a bootstrap away from the value', () => {
  const drawn = Array.from({ length: 201 }, (_, i) => i - 100);
  expect(fromDraws(0, drawn, 1)).toEqual({ value: 0, low: -95, high: 95 });
  expect(fromDraws(10, drawn, 2)).toEqual({ value: 10, low: -200, high: 180 });
});

it('allows a learning curve for what its repeats have in common', () => {
  const repeats = 8;
  const accuracies = fractions.map((_, at) =>
    Array.from({ length: repeats }, (_, i) => 0.6 + 0.05 * at + (i % 2 === 0 ? 0.02 : -0.02)),
  );
  const { curve, gainFromDoubling } = amountOf(
    fractions.map((fraction, at) => ({
      ...{ fraction, images: Math.round(60 * fraction), accuracies: accuracies[at]! },
    })),
    60,
  );
  // Nadeau and Bengio: a variance of (1/8 + 1/4) of that of the repeats, where a bootstrap alone gives 1/8 of it.
  const error = 0.02 * Math.sqrt(1 / 8 + 1 / 4);
  const [first] = curve;
  expect((first!.high - first!.low) / (2 * 1.96 * error)).toBeGreaterThan(0.8);
  expect((first!.high - first!.low) / (2 * 1.96 * error)).toBeLessThan(1.2);
  // All points of a repeat are equally off: what doubling adds is known.
  expect(gainFromDoubling.high - gainFromDoubling.low).toBeLessThan(0.01);
});

/** Two early blocks and two late ones. */
const measured = (last: number, early: number, entropy: number | null): Measured => ({
  probes: [0.5, early, 0.6, last],
  logmeLead: 0.1,
  divergences: null,
  head: entropy === null ? null : { confidence: 0.5, entropy },
});

it('draws the interval of the score from all parts on the same images', () => {
  const names = ['a', 'b', 'c', 'd'];
  const logme = [-0.3, -0.2, -0.2, -0.1];
  // Where one part is high, the other is low: together they vary less than each.
  const same = [0.1, -0.1, 0.1, -0.1];
  const against = similarityOf(
    names,
    logme,
    measured(0.8, 0.7, 0.5),
    same.map((by) => measured(0.8 + by, 0.7, 0.5 + by)),
  );
  const along = similarityOf(
    names,
    logme,
    measured(0.8, 0.7, 0.5),
    same.map((by) => measured(0.8 + by, 0.7, 0.5 - by)),
  );
  expect(against.high - against.low).toBeLessThan(along.high - along.low);
  expect(against.source?.entropy.value).toBe(0.5);
  expect(against.lead!.value).toBeCloseTo(0.1, 12);
  expect(against.lead!.high).toBeGreaterThan(against.lead!.value);
  const still = similarityOf(
    names,
    logme,
    measured(0.8, 0.7, null),
    same.map(() => measured(0.8, 0.7, null)),
  );
  expect(still.low).toBeCloseTo(still.score, 12);
  expect(still.high).toBeCloseTo(still.score, 12);
  expect(still.parts.head).toBeNull();
  expect(still.source).toBeUndefined();
});
