/**
 * Ridge regression from features onto class indicators, the largest of which is the class: what a linear
 * classifier makes of a layer, without iterating (Rifkin, Yeo and Poggio 2003, "Regularized least-squares
 * classification"). It needs of the features only their inner products.
 */
import { type Matrix, rowOf } from '../assist/algebra.ts';
import { argmax } from '../training/classification.ts';

/**
 * Of the mean square of the features, a training image. As strong as it is, for the recipes do not reach what a weaker
 * one sees: they train with dropout, and stop early.
 */
const decay = 1e-2;

/**
 * @param gram inner products of all images' features
 * @param labels class of each image, from 0 to `classes` - 1
 * @param train images to learn from, @param held images to classify
 * @returns the class of each held image
 */
export function ridgeClasses(
  gram: Matrix,
  labels: readonly number[],
  classes: number,
  train: readonly number[],
  held: readonly number[],
): number[] {
  const n = train.length;
  // Inner products of what is left when the training images' mean is taken away.
  const meanWith = (i: number) => {
    const row = rowOf(gram, i);
    return train.reduce((sum, j) => sum + row[j]!, 0) / n;
  };
  const means = train.map(meanWith);
  const middle = means.reduce((sum, value) => sum + value, 0) / n;
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = rowOf(gram, train[i]!);
    for (let j = 0; j <= i; j++) {
      a[i * n + j] = row[train[j]!]! - means[i]! - means[j]! + middle;
    }
  }
  let size = 0;
  for (let i = 0; i < n; i++) size += a[i * n + i]!;
  for (let i = 0; i < n; i++) a[i * n + i]! += decay * size || 1;
  factorise(a, n);

  const shares = new Float64Array(classes);
  for (const i of train) shares[labels[i]!]! += 1 / n;
  const weights = Array.from({ length: classes }, (_, k) =>
    solve(
      a,
      n,
      Float64Array.from(train, (i) => (labels[i] === k ? 1 : 0) - shares[k]!),
    ),
  );
  return held.map((h) => {
    const row = rowOf(gram, h);
    const mean = meanWith(h);
    const near = train.map((i, at) => row[i]! - mean - means[at]! + middle);
    return argmax(
      weights.map((w, k) => near.reduce((sum, value, at) => sum + value * w[at]!, shares[k]!)),
    );
  });
}

/** Cholesky's factor in the place of the lower half. */
function factorise(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j]!;
    }
  }
}

function solve(factor: Float64Array, n: number, b: Float64Array): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) b[i]! -= factor[i * n + k]! * b[k]!;
    b[i]! /= factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) b[i]! -= factor[k * n + i]! * b[k]!;
    b[i]! /= factor[i * n + i]!;
  }
  return b;
}
