import { describe, expect, it } from 'vitest';
import { temperatureOf } from '../../src-main/engine/assist/calibration.ts';
import { crossEntropy, softmax } from '../../src-main/engine/training/classification.ts';
import { fittedTemperature } from '../../src-main/engine/training/temperature.ts';
import {
  atTemperature,
  type Confident,
  coverageAt,
  coverageCurve,
  reliability,
} from '../../src-shared/calibration.ts';
import golden from '../engine/fixtures/inside.json' with { type: 'json' };
import { integers, uniform } from '../helpers/random.ts';

/** As fixtures/inside.py draws them: too sure. */
const labels = integers('temperature labels', 200, 4);
const drawn = uniform('temperature logits', 800, -3, 3);
const logits = labels.map((label, i) =>
  Float32Array.from({ length: 4 }, (_, k) => drawn[4 * i + k]! * 2 + (k === label ? 3 : 0)),
);
const said = logits.map((row, i): Confident => {
  const probabilities = softmax(row);
  const confidence = Math.max(...probabilities);
  return { confidence, right: probabilities.indexOf(confidence) === labels[i] };
});

describe('the temperature', () => {
  it("is scipy's minimum of the cross-entropy", () => {
    const { temperature, loss } = golden.calibration;
    const fitted = temperatureOf(logits, labels);
    expect(fitted / temperature).toBeCloseTo(1, 2);
    const sum = logits.reduce(
      (total, row, i) =>
        total +
        crossEntropy(
          Array.from(row, (z) => z / fitted),
          labels[i]!,
        ),
      0,
    );
    expect(sum / 200).toBeCloseTo(loss, 5);
  });

  it('stays 1 where there is no mistake to learn from', () => {
    const right = logits.filter((_, i) => said[i]!.right);
    const theirs = labels.filter((_, i) => said[i]!.right);
    expect(fittedTemperature(right, theirs)).toBe(1);
    expect(fittedTemperature([], [])).toBe(1);
    expect(fittedTemperature(logits, labels)).toBe(temperatureOf(logits, labels));
  });

  it('can be taken back from probabilities', () => {
    for (const row of logits.slice(0, 20)) {
      const cool = softmax(row.map((z) => z / 2.5));
      const back = atTemperature(cool, 2.5, 1);
      for (const [k, p] of softmax(row).entries()) expect(back[k]).toBeCloseTo(p, 5);
    }
  });
});

describe('the reliability diagram', () => {
  it("has the calibration error of the paper's definition", () => {
    const { ece, bins } = reliability(said);
    expect(ece).toBeCloseTo(golden.calibration.ece, 5);
    expect(bins).toHaveLength(15);
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(200);
  });

  it('puts the ends of bins below, and certainty into the last', () => {
    const { bins, ece } = reliability(
      [
        { confidence: 0.5, right: true },
        { confidence: 1, right: true },
        { confidence: 1, right: false },
      ],
      2,
    );
    expect(bins.map(({ count }) => count)).toEqual([1, 2]);
    expect(bins[1]).toMatchObject({ confidence: 1, accuracy: { value: 0.5 } });
    expect(ece).toBeCloseTo((0.5 + 1) / 3);
  });

  it('is empty without predictions', () => {
    const { bins, ece } = reliability([]);
    expect(ece).toBe(0);
    expect(bins.every(({ accuracy }) => accuracy === null)).toBe(true);
  });
});

describe('the coverage-accuracy curve', () => {
  const few: Confident[] = [
    { confidence: 0.9, right: true },
    { confidence: 0.8, right: true },
    { confidence: 0.8, right: false },
    { confidence: 0.4, right: false },
  ];

  it('has a point for each confidence, from all answered upwards', () => {
    const curve = coverageCurve(few).map(({ threshold, coverage, accuracy, count }) => [
      threshold,
      coverage,
      accuracy,
      count,
    ]);
    expect(curve).toEqual([
      [0.4, 1, 0.5, 4],
      [0.8, 0.75, 2 / 3, 3],
      [0.9, 0.25, 1, 1],
    ]);
  });

  it('agrees with what a threshold does', () => {
    for (const point of coverageCurve(said)) {
      expect(coverageAt(said, point.threshold)).toEqual(point);
    }
    expect(coverageAt(few, 0.95)).toMatchObject({ count: 0, coverage: 0, accuracy: 1 });
  });
});
