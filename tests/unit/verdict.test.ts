import { describe, expect, it } from 'vitest';
import type { TestResult } from '../../src-shared/domain.ts';
import { testResult } from '../../src-shared/metrics.ts';
import { headline, namesOf, pairWords, ranked, rankedBy } from '../../src-shared/verdict.ts';

const titleOf = (name: string) => ({ resnet18: 'ResNet18', vgg16: 'VGG16' })[name] ?? name;

function run(id: number, recipe: 'feature-extraction' | 'fine-tune-top', right: number, of = 128) {
  const outcomes = Array.from({ length: of }, (_, i) => ({
    actual: 0,
    predicted: i < right ? 0 : 1,
  }));
  return { id, recipe, backbone: 'resnet18', test: testResult(outcomes, 2) };
}

/** The second of the two is the better one. */
const pair = (a: number, b: number, pValue: number) => ({
  a,
  b,
  pooled: false,
  count: 128,
  onlyA: 2,
  onlyB: 9,
  pValue,
  verdict: '',
});

describe('pairWords', () => {
  it('names the better one only when the difference is real', () => {
    const words = (onlyA: number, onlyB: number, pValue: number) =>
      pairWords({ onlyA, onlyB, pValue }, 'Fine-tune top', 'Feature extraction');
    expect(words(12, 2, 0.0129)).toBe(
      'Fine-tune top is better than feature extraction (p = 0.013).',
    );
    expect(words(2, 12, 0.0129)).toBe(
      'Feature extraction is better than fine-tune top (p = 0.013).',
    );
    expect(words(4, 2, 0.6875)).toBe(
      'No clear difference between fine-tune top and feature extraction (p = 0.69).',
    );
    expect(words(40, 0, 1e-9)).toContain('p < 0.001');
    expect(words(0, 0, 1)).toBe(
      'No difference: fine-tune top and feature extraction are right on the same pictures.',
    );
  });
});

describe('namesOf', () => {
  it('tells apart by what differs: network, then number', () => {
    const one = run(1, 'fine-tune-top', 100);
    const names = namesOf([one, { ...one, id: 2 }, { ...one, id: 3, backbone: 'vgg16' }], titleOf);
    expect([...names.values()]).toEqual([
      'Fine-tune top with ResNet18 (run 1)',
      'Fine-tune top with ResNet18 (run 2)',
      'Fine-tune top with VGG16',
    ]);
  });
});

describe('ranked', () => {
  const result = (accuracy: number, count: number) =>
    ({ accuracy, count, low: 0, high: 1 }) as TestResult;
  const of = (id: number, test: TestResult, crossValidation: TestResult | null = null) => ({
    ...{ id, test, crossValidation },
  });

  it('goes by the pooled results where all runs have one and few test pictures', () => {
    const runs = [
      of(1, result(0.9, 20), result(0.6, 100)),
      of(2, result(0.7, 20), result(0.8, 100)),
    ];
    expect(ranked(runs).map(({ id }) => id)).toEqual([2, 1]);
  });

  it('goes by the test pictures where one run has nothing else', () => {
    const runs = [of(1, result(0.7, 20), result(0.95, 100)), of(2, result(0.8, 20))];
    expect(ranked(runs).map(({ id }) => id)).toEqual([2, 1]);
  });

  it('keeps the order of equals', () => {
    const runs = [of(2, result(0.8, 20)), of(1, result(0.8, 20))];
    expect(ranked(runs).map(({ id }) => id)).toEqual([1, 2]);
  });
});

describe('headline', () => {
  it('says what wins, against what, and what it does not clearly beat', () => {
    const runs = [
      run(1, 'feature-extraction', 105),
      run(2, 'fine-tune-top', 117),
      run(3, 'fine-tune-top', 115),
    ];
    const words = headline(runs, [pair(1, 2, 0.02), pair(2, 3, 0.7), pair(1, 3, 0.1)], titleOf);
    expect(words).toBe(
      'Fine-tune top (run 2) is the best here: right on 91 % of 128 test pictures it never saw. ' +
        'It beats feature extraction (p = 0.020); against fine-tune top (run 3) there is no clear difference.',
    );
  });

  it('does not call a run beaten that is the better one on the pictures both were tested on', () => {
    const runs = [run(1, 'fine-tune-top', 117), run(2, 'feature-extraction', 112)];
    expect(headline(runs, [pair(1, 2, 0.02)], titleOf)).toContain('No clear winner');
  });

  it('says it when nothing wins', () => {
    const words = headline(
      [run(1, 'feature-extraction', 110), run(2, 'fine-tune-top', 112)],
      [pair(1, 2, 0.7)],
      titleOf,
    );
    expect(words).toContain('No clear winner');
  });

  it('does not rank what was tested on other pictures', () => {
    const runs = [run(1, 'feature-extraction', 110), run(2, 'fine-tune-top', 120)];
    expect(headline(runs, [], titleOf)).toBe(
      'Fine-tune top is right on 94 % of 128 test pictures it never saw. ' +
        'Feature extraction cannot be compared with it: tested on other pictures.',
    );
  });

  it('warns of a small test, speaks of one run, and of none', () => {
    const words = headline([run(1, 'feature-extraction', 15, 20)], [], titleOf);
    expect(words).toContain('Feature extraction is right on 75 % of 20 test pictures');
    expect(words).toContain('anywhere from 53 % to 89 %');
    expect(headline([], [], titleOf)).toBe('No run has finished yet.');
  });

  it('gives the folds beside the test where only some runs were cross-validated', () => {
    const crossValidation = run(0, 'fine-tune-top', 70, 100).test;
    const one = { ...run(1, 'fine-tune-top', 15, 20), crossValidation };
    const other = { ...run(2, 'feature-extraction', 12, 20), crossValidation: null };
    const tested = (runs: readonly (typeof one | typeof other)[]) =>
      runs.map((each) => ({ ...each, test: rankedBy(runs)(each)! }));
    const words = headline(tested([one, other]), [pair(2, 1, 0.5)], titleOf);
    expect(words).toContain('right on 75 % of 20 test pictures it never saw');
    expect(words).toContain('anywhere from 53 % to 89 %');
    expect(words).toContain(
      'Cross-validated on all 100 pictures, it is right on 70 % (60 % to 78 %).',
    );
    const alone = headline(tested([one]), [], titleOf);
    expect(alone).toContain('right on 70 % of 100 pictures, each judged by a network that had not');
    expect(alone).not.toContain('20 test pictures');
  });
});
