/**
 * Multinomial logistic regression on features: the light classifier behind suggestions.
 *
 * Minimises mean cross-entropy + (decay / 2) |W|^2 over W (K x F) and b (K), which is convex, so where it
 * starts decides only how soon it is there. The bias is not penalised.
 */
import { type Matrix, timesTransposed, transposedTimes } from './algebra.ts';
import { minimise } from './lbfgs.ts';

export interface Classifier {
  readonly classes: number;
  readonly features: number;
  /** W row by row, then b. */
  readonly weights: Float64Array;
}

export interface FitOptions {
  readonly classes: number;
  readonly decay: number;
  /** To go on from, when it has the same shape: a new label moves it a little only. */
  readonly from?: Classifier | undefined;
}

/** Somebody labels meanwhile. */
const beside = { threads: 1 };
const steps = 60;
const tolerance = 1e-4;

/** @param labels class of each row, from 0 */
export async function fit(
  rows: Matrix,
  labels: ArrayLike<number>,
  { classes, decay, from }: FitOptions,
): Promise<Classifier> {
  const { columns: features, rows: count } = rows;
  const size = classes * features;
  const goesOn = from?.classes === classes && from.features === features;
  const start = goesOn ? from.weights : new Float64Array(size + classes);
  const weights = await minimise(
    async (at) => {
      const logits = await logitsOf({ classes, features, weights: at }, rows);
      let loss = 0;
      // What is left of the logits when each row has become its probabilities less what is right, in its place.
      const errors = logits.data;
      for (let at = 0, i = 0; i < count; i++, at += classes) {
        let most = errors[at]!;
        for (let k = 1; k < classes; k++) most = Math.max(most, errors[at + k]!);
        let sum = 0;
        for (let k = 0; k < classes; k++) {
          const power = Math.exp(errors[at + k]! - most);
          errors[at + k] = power;
          sum += power;
        }
        const right = at + labels[i]!;
        loss -= Math.log(Math.max(errors[right]! / sum, 1e-30));
        for (let k = 0; k < classes; k++) errors[at + k]! /= sum * count;
        errors[right]! -= 1 / count;
      }
      const slope = await transposedTimes(
        { rows: count, columns: classes, data: errors },
        rows,
        beside,
      );
      const gradient = new Float64Array(size + classes);
      let penalty = 0;
      for (let j = 0; j < size; j++) {
        gradient[j] = slope.data[j]! + decay * at[j]!;
        penalty += at[j]! ** 2;
      }
      for (let i = 0; i < count; i++) {
        for (let k = 0; k < classes; k++) gradient[size + k]! += errors[i * classes + k]!;
      }
      return { value: loss / count + (decay / 2) * penalty, gradient };
    },
    start,
    { steps, tolerance },
  );
  return { classes, features, weights };
}

/** N x K. */
export async function logitsOf(
  { classes, features, weights }: Classifier,
  rows: Matrix,
): Promise<Matrix> {
  const matrix = Float32Array.from(weights.subarray(0, classes * features));
  const logits = await timesTransposed(
    rows,
    { rows: classes, columns: features, data: matrix },
    beside,
  );
  const bias = weights.subarray(classes * features);
  for (let i = 0; i < logits.data.length; i++) logits.data[i]! += bias[i % classes]!;
  return logits;
}
