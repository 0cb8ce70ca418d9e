import { describe, expect, it } from 'vitest';
import {
  confidentJoint,
  confidentThresholds,
  labelIssues,
  roundKeepingSum,
  selfConfidence,
} from '../../src-main/engine/assist/confident-learning.ts';
import cases from './fixtures/confident-learning.json' with { type: 'json' };

describe('confident learning', () => {
  it.each(cases)('finds what cleanlab finds: $name', (golden) => {
    const { labels, probabilities } = golden;
    const thresholds = confidentThresholds(labels, probabilities);
    for (const [k, t] of thresholds.entries()) expect(t).toBeCloseTo(golden.thresholds[k]!, 9);
    expect(confidentJoint(labels, probabilities)).toEqual(golden.joint);

    const flagged = labelIssues(labels, probabilities).flatMap((flag, i) => (flag ? [i] : []));
    expect(flagged).toEqual(golden.issues);
    const score = (i: number) => selfConfidence(labels[i]!, probabilities[i]!);
    expect(flagged.toSorted((a, b) => score(a) - score(b))).toEqual(golden.ranked);
  });

  it('finds a label that all others speak against, and none where all agree', () => {
    const sure = (k: number) => [0, 1].map((j) => (j === k ? 0.9 : 0.1));
    const labels = [0, 0, 0, 1, 1, 1];
    const right = labels.map(sure);
    expect(labelIssues(labels, right)).not.toContain(true);
    const wrong = right.with(1, sure(1));
    expect(labelIssues(labels, wrong)).toEqual([false, true, false, false, false, false]);
  });

  it('rounds without changing the sum', () => {
    expect(roundKeepingSum([0.7, 0.7, 0.6])).toEqual([1, 1, 0]);
    expect(roundKeepingSum([1.2, 2.4, 3.4])).toEqual([1, 3, 3]);
    expect(roundKeepingSum([2.6, 2.6, 2.8]).reduce((a, b) => a + b)).toBe(8);
  });
});
