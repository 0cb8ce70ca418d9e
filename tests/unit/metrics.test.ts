import { describe, expect, it } from 'vitest';
import {
  classIntervals,
  classScores,
  confusionMatrix,
  macroF1,
  mcnemar,
  meanAccuracy,
  studentT975,
  testResult,
  wilson,
} from '../../src-shared/metrics.ts';
import { seededRandom } from '../../src-shared/random.ts';

describe('wilson', () => {
  // R. G. Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('is the published interval for %i of %i', (hits, count, low, high) => {
    expect(wilson(hits, count).low).toBeCloseTo(low, 4);
    expect(wilson(hits, count).high).toBeCloseTo(high, 4);
  });

  it('is symmetric, reaches its ends and knows nothing of nothing', () => {
    const few = wilson(3, 11);
    const many = wilson(8, 11);
    expect(few.low).toBeCloseTo(1 - many.high, 12);
    expect(few.high).toBeCloseTo(1 - many.low, 12);
    expect(wilson(20, 20).high).toBe(1);
    expect(wilson(0, 20).low).toBe(0);
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe('mcnemar', () => {
  it('is the published p-value of the airway example', () => {
    // Fagerland, Lydersen and Laake 2013, BMC Medical Research Methodology 13:91, exact conditional test.
    expect(mcnemar(1, 7)).toBeCloseTo(0.0703, 4);
  });

  it('is a two-sided binomial test at one half', () => {
    expect(mcnemar(2, 10)).toBeCloseTo((2 * (1 + 12 + 66)) / 4096, 12);
    expect(mcnemar(9, 1)).toBe(mcnemar(1, 9));
    expect(mcnemar(5, 5)).toBe(1);
    expect(mcnemar(0, 0)).toBe(1);
  });

  it('stays a number for counts whose powers of two are none', () => {
    expect(mcnemar(2000, 2000)).toBe(1);
    // The normal approximation: z = 200 / sqrt(4000) = 3.16.
    expect(mcnemar(2100, 1900)).toBeGreaterThan(0.0015);
    expect(mcnemar(2100, 1900)).toBeLessThan(0.0018);
    expect(mcnemar(0, 4000)).toBe(0);
  });
});

describe('meanAccuracy', () => {
  it.each([
    [1, 12.706204736],
    [2, 4.30265273],
    [3, 3.182446305],
    [4, 2.776445105],
    [9, 2.262157163],
    [19, 2.093024054],
    [100, 1.983971519],
  ])('uses the quantile of Student’s t that scipy has for %i degrees', (df, quantile) => {
    expect(studentT975(df)).toBeCloseTo(quantile, 8);
  });

  it('is scipy’s t.interval, within 0 and 1', () => {
    const values = [0.8, 0.75, 0.9, 0.85, 0.7];
    const { mean, low, high } = meanAccuracy(values);
    expect(mean).toBeCloseTo(0.8, 12);
    expect(low).toBeCloseTo(0.7018378419261222, 10);
    expect(high).toBeCloseTo(0.8981621580738779, 10);
    expect(meanAccuracy([0.9, 1])).toMatchObject({ low: expect.closeTo(0.3147, 4), high: 1 });
    expect(meanAccuracy([0.5, 0.5])).toMatchObject({ low: 0.5, high: 0.5 });
  });

  it('knows nothing of the spread of one value', () => {
    expect(meanAccuracy([0.9])).toEqual({ mean: 0.9, low: 0, high: 1, values: [0.9] });
  });
});

describe('scores of classes', () => {
  // The example of scikit-learn's f1_score.
  const outcomes = [0, 1, 2, 0, 1, 2].map((actual, i) => ({
    actual,
    predicted: [0, 2, 1, 0, 0, 1][i]!,
  }));

  it('counts actual by predicted', () => {
    expect(confusionMatrix(outcomes, 3)).toEqual([
      [2, 0, 0],
      [1, 0, 1],
      [0, 2, 0],
    ]);
  });

  it('gives precision, recall and F1, zero where undefined', () => {
    const [zero, one, two] = classScores(confusionMatrix(outcomes, 3));
    expect(zero).toEqual({ precision: 2 / 3, recall: 1, f1: 0.8, support: 2 });
    expect(one).toEqual({ precision: 0, recall: 0, f1: 0, support: 2 });
    expect(two?.f1).toBe(0);
    expect(macroF1(confusionMatrix(outcomes, 3))).toBeCloseTo(0.8 / 3, 12);
  });

  it('leaves classes out of the mean that occur nowhere, and counts those that are only predicted', () => {
    const predictedOnly = [
      { actual: 0, predicted: 1 },
      { actual: 0, predicted: 0 },
    ];
    expect(macroF1(confusionMatrix(predictedOnly, 5))).toBeCloseTo((2 / 3 + 0) / 2, 12);
  });

  it('comes to a test result', () => {
    expect(testResult(outcomes, 3)).toEqual({
      accuracy: 1 / 3,
      ...wilson(2, 6),
      macroF1: expect.closeTo(0.8 / 3, 12),
      count: 6,
    });
  });
});

describe('the intervals of a class', () => {
  it('are those of the proportions, and of F1 by its own proportion', () => {
    const [first] = classIntervals([
      [8, 2],
      [1, 9],
    ]);
    expect(first!.recall).toEqual(wilson(8, 10));
    expect(first!.precision).toEqual(wilson(8, 9));
    const { low, high } = wilson(8, 11);
    expect(first!.f1.low).toBeCloseTo((2 * low) / (1 + low));
    expect(first!.f1.high).toBeCloseTo((2 * high) / (1 + high));
    const [scores] = classScores([
      [8, 2],
      [1, 9],
    ]);
    expect(scores!.f1).toBeGreaterThan(first!.f1.low);
    expect(scores!.f1).toBeLessThan(first!.f1.high);
  });

  it('say nothing of a class that does not occur', () => {
    const [, absent] = classIntervals([
      [3, 0],
      [0, 0],
    ]);
    expect(absent).toEqual({
      precision: { low: 0, high: 1 },
      recall: { low: 0, high: 1 },
      f1: { low: 0, high: 1 },
    });
  });

  it('hold the true F1 about 95 times in 100', () => {
    // A class of 40 among 100 pictures that is found with 0.8, and 0.1 of the others are taken for it.
    const truth = (2 * 0.8 * 40) / (0.8 * 40 + 40 + 0.1 * 60);
    const random = seededRandom(7, 1);
    const hit = (share: number, count: number) =>
      Array.from({ length: count }, () => random() < share).filter(Boolean).length;
    let held = 0;
    for (let i = 0; i < 2000; i++) {
      const [found, taken] = [hit(0.8, 40), hit(0.1, 60)];
      const [own] = classIntervals([
        [found, 40 - found],
        [taken, 60 - taken],
      ]);
      if (own!.f1.low <= truth && truth <= own!.f1.high) held += 1;
    }
    expect(held / 2000).toBeGreaterThan(0.94);
    expect(held / 2000).toBeLessThan(0.995);
  });
});
