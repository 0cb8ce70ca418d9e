/** How good a classifier is on held-out images, and how sure that can be said. Pure functions. */
import type { MeanAccuracy, TestResult } from './domain.ts';

/** Classes as indices from 0. */
export interface Outcome {
  readonly actual: number;
  readonly predicted: number;
}

/** The 97.5 % quantile of the standard normal distribution. */
const z = 1.959963984540054;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The 95 % score interval of a proportion (E. B. Wilson 1927, JASA 22:209-212), without continuity
 * correction: within 0 and 1, and honest for small counts, unlike p ± 1.96 standard errors.
 *
 * @param hits 0 to `count`
 * @param count at least 1; for 0 nothing is known: 0 to 1
 */
export function wilson(hits: number, count: number): Interval {
  if (count === 0) return { low: 0, high: 1 };
  const p = hits / count;
  const scale = 1 + (z * z) / count;
  const centre = (p + (z * z) / (2 * count)) / scale;
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / count + (z * z) / (4 * count * count));
  // At the ends the bound is exact, where rounding would leave it a hair off.
  return {
    low: hits === 0 ? 0 : Math.max(0, centre - half),
    high: hits === count ? 1 : Math.min(1, centre + half),
  };
}

/** K x K counts: row = actual class, column = predicted class. */
export function confusionMatrix(outcomes: readonly Outcome[], classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { actual, predicted } of outcomes) counts[actual]![predicted]! += 1;
  return counts;
}

export interface ClassScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Images of the class. */
  readonly support: number;
}

const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

/**
 * Precision, recall and F1 of each class from a K x K confusion matrix; 0 where undefined, as
 * scikit-learn's `precision_recall_fscore_support(zero_division=0)`.
 */
export function classScores(confusion: readonly (readonly number[])[]): ClassScore[] {
  return confusion.map((row, c) => {
    const hits = row[c]!;
    const support = row.reduce((sum, count) => sum + count, 0);
    const said = confusion.reduce((sum, other) => sum + other[c]!, 0);
    return {
      precision: share(hits, said),
      recall: share(hits, support),
      f1: share(2 * hits, support + said),
      support,
    };
  });
}

export interface ClassIntervals {
  readonly precision: Interval;
  readonly recall: Interval;
  readonly f1: Interval;
}

/**
 * 95 % intervals of each class's precision, recall and F1. Precision and recall are proportions: Wilson's.
 * F1 = 2J / (1 + J), where J = TP / (TP + FP + FN) is a proportion too (of the images that are of the class
 * or were called so), and rises with it: so the ends of Wilson's interval of J give those of F1.
 */
export function classIntervals(confusion: readonly (readonly number[])[]): ClassIntervals[] {
  return confusion.map((row, c) => {
    const hits = row[c]!;
    const support = row.reduce((sum, count) => sum + count, 0);
    const said = confusion.reduce((sum, other) => sum + other[c]!, 0);
    const { low, high } = wilson(hits, support + said - hits);
    const f1 = (j: number) => (2 * j) / (1 + j);
    return {
      precision: wilson(hits, said),
      recall: wilson(hits, support),
      f1: { low: f1(low), high: f1(high) },
    };
  });
}

/**
 * Unweighted mean of the F1 of the classes that occur, as a label or as a prediction: scikit-learn's
 * `f1_score(average='macro')`, which does not know of other classes.
 */
export function macroF1(confusion: readonly (readonly number[])[]): number {
  const scores = classScores(confusion);
  const occurring = scores.filter(
    ({ support }, c) => support > 0 || confusion.some((row) => row[c]! > 0),
  );
  return share(
    occurring.reduce((sum, { f1 }) => sum + f1, 0),
    occurring.length,
  );
}

/** Accuracy with its 95 % Wilson interval and macro F1; of at least one outcome. */
export function testResult(outcomes: readonly Outcome[], classes: number): TestResult {
  const hits = outcomes.filter(({ actual, predicted }) => actual === predicted).length;
  const count = outcomes.length;
  return {
    accuracy: share(hits, count),
    ...wilson(hits, count),
    macroF1: macroF1(confusionMatrix(outcomes, classes)),
    count,
  };
}

/**
 * McNemar's exact test (McNemar 1947; exact form: a two-sided binomial test of n10 against n10 + n01
 * trials at 1/2): how often two equally good classifiers would differ at least so unevenly by chance.
 *
 * @param onlyA images that only the first has right
 * @param onlyB images that only the second has right
 * @returns the p-value, over 0 to 1; 1 when they never differ
 */
export function mcnemar(onlyA: number, onlyB: number): number {
  const n = onlyA + onlyB;
  const k = Math.min(onlyA, onlyB);
  // Sum of C(n, i) / 2^n for i <= k, in logarithms: the terms alone would leave the range of a double.
  let logTerm = -n * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let i = 1; i <= k; i++) {
    logTerm += Math.log((n - i + 1) / i);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}

/**
 * The probability that Student's t with `df` degrees of freedom lies within ±t: the finite series for whole
 * df (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).
 */
function withinT(t: number, df: number): number {
  const theta = Math.atan(t / Math.sqrt(df));
  const cosine = Math.cos(theta);
  const odd = df % 2 === 1;
  // 1 + 1/2 cos² + 1·3/(2·4) cos⁴ ... for even df; cos + 2/3 cos³ + 2·4/(3·5) cos⁵ ... for odd.
  let term = odd ? cosine : 1;
  let sum = 0;
  for (let k = odd ? 1 : 0; k <= df - 2; k += 2) {
    sum += term;
    term *= (cosine * cosine * (k + 1)) / (k + 2);
  }
  return odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
}

/** The 97.5 % quantile of Student's t (Student 1908, Biometrika 6:1-25); `df` from 1. */
export function studentT975(df: number): number {
  // It falls from 12.7 towards the normal one.
  let low = z;
  let high = 13;
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (withinT(middle, df) < 0.95) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Mean and its 95 % interval by Student's t, m ± t s / √n, within 0 and 1. For the folds of one
 * cross-validation it is too narrow by an amount that nobody can know: their trainings share pictures, and
 * there is no unbiased estimator of the variance (Y. Bengio and Y. Grandvalet 2004, JMLR 5:1089-1105).
 *
 * @param values at least one accuracy; one alone says nothing of the spread: 0 to 1
 */
export function meanAccuracy(values: readonly number[]): MeanAccuracy {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, low: 0, high: 1, values: [...values] };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = studentT975(n - 1) * Math.sqrt(variance / n);
  return {
    mean,
    low: Math.max(0, mean - half),
    high: Math.min(1, mean + half),
    values: [...values],
  };
}
