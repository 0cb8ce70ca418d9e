/** Do probabilities mean what they say, and below which one is a model better asked for nothing? Pure functions. */
import type { Prediction, Unit } from './domain.ts';
import { type Interval, wilson } from './metrics.ts';

/** What a model said of a picture, and whether it was right. */
export interface Confident {
  /** Probability of the predicted class. */
  readonly confidence: Unit;
  readonly right: boolean;
}

export interface ReliabilityBin {
  /** Confidences above `from`, up to and with `to`. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean over the bin; null when it is empty. */
  readonly confidence: number | null;
  /** Share that is right, with its interval; null when it is empty. */
  readonly accuracy: (Interval & { readonly value: number }) | null;
}

export interface Reliability {
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error, over 0 to 1; 0 without predictions. */
  readonly ece: number;
}

/** As many as in Guo et al. 2017. */
const reliabilityBins = 15;

export const confident = (
  predictions: readonly Prediction[],
  of: 'probability' | 'uncalibrated' = 'probability',
): Confident[] =>
  predictions.map((prediction) => ({
    confidence: prediction[of],
    right: prediction.actual === prediction.predicted,
  }));

/**
 * The reliability diagram's bins, of equal width, and the expected calibration error: the mean over all
 * predictions of |accuracy - confidence| of their bin (Naeini et al. 2015; Guo et al. 2017, eq. 3).
 */
export function reliability(said: readonly Confident[], count = reliabilityBins): Reliability {
  const filled = Array.from({ length: count }, () => ({ count: 0, sum: 0, right: 0 }));
  for (const { confidence, right } of said) {
    const bin = filled[Math.min(count - 1, Math.max(0, Math.ceil(confidence * count) - 1))]!;
    bin.count += 1;
    bin.sum += confidence;
    if (right) bin.right += 1;
  }
  const gaps = filled.reduce((sum, bin) => sum + Math.abs(bin.right - bin.sum), 0);
  return {
    ece: said.length === 0 ? 0 : gaps / said.length,
    bins: filled.map((bin, i) => ({
      from: i / count,
      to: (i + 1) / count,
      count: bin.count,
      confidence: bin.count === 0 ? null : bin.sum / bin.count,
      accuracy:
        bin.count === 0 ? null : { value: bin.right / bin.count, ...wilson(bin.right, bin.count) },
    })),
  };
}

/** What is left when nothing is answered below a confidence. */
export interface CoveragePoint extends Interval {
  /** The lowest confidence that is answered. */
  readonly threshold: Unit;
  /** Pictures that are answered, and their share of all. */
  readonly count: number;
  readonly coverage: Unit;
  /** Of those that are answered, with its 95 % interval; 1 when none is. */
  readonly accuracy: Unit;
}

/** What a threshold does: accuracy among the answered, and how many are answered. */
export function coverageAt(said: readonly Confident[], threshold: number): CoveragePoint {
  const answered = said.filter(({ confidence }) => confidence >= threshold);
  return pointOf(
    threshold,
    answered.length,
    answered.filter(({ right }) => right).length,
    said.length,
  );
}

/**
 * The coverage-accuracy curve (1 - selective risk; El-Yaniv and Wiener 2010): one point for each confidence
 * that occurs, from the one at which all are answered upwards.
 */
export function coverageCurve(said: readonly Confident[]): CoveragePoint[] {
  const sorted = said.toSorted((a, b) => b.confidence - a.confidence);
  const points: CoveragePoint[] = [];
  let right = 0;
  for (const [i, one] of sorted.entries()) {
    if (one.right) right += 1;
    if (sorted[i + 1]?.confidence === one.confidence) continue;
    points.push(pointOf(one.confidence, i + 1, right, sorted.length));
  }
  return points.reverse();
}

function pointOf(threshold: number, count: number, right: number, all: number): CoveragePoint {
  return {
    threshold,
    count,
    coverage: all === 0 ? 0 : count / all,
    accuracy: count === 0 ? 1 : right / count,
    ...wilson(right, count),
  };
}

/**
 * Probabilities as they would be at another temperature: softmax(log p * from / to). A temperature of 1 is
 * how the network was trained.
 */
export function atTemperature(
  probabilities: ArrayLike<number>,
  from: number,
  to: number,
): Float64Array {
  const scaled = Float64Array.from(
    probabilities,
    (p) => (Math.log(Math.max(p, 1e-45)) * from) / to,
  );
  const highest = scaled.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const powers = scaled.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}
