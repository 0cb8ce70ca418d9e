/** LogME: how well features explain labels, without training (You et al. 2021, https://arxiv.org/abs/2102.11005). */
import { type Matrix, rowOf } from '../assist/algebra.ts';
import { eigenSymmetric } from './eigen.ts';

const rounds = 11;
/** As in the authors' implementation. */
const epsilon = 1e-5;

/**
 * The logarithm of the maximum evidence of a linear model from features to each class's indicator, a row, mean over
 * the classes: the fixed-point iteration of You et al. 2022 (https://arxiv.org/abs/2110.10545, algorithm 3). The
 * higher, the better; comparable between features of the same images only.
 *
 * @param features N x D, taken as they are
 * @param labels class of each row, from 0 to `classes` - 1
 */
export function logme(features: Matrix, labels: readonly number[], classes: number): number {
  const { rows: n, columns: d } = features;
  const { sigma, project } = spectrum(features);
  let sum = 0;
  for (let label = 0; label < classes; label++) {
    const y = Float64Array.from(labels, (each) => (each === label ? 1 : 0));
    sum += evidence(
      sigma,
      project(y),
      y.reduce((all, value) => all + value, 0),
      n,
      d,
    );
  }
  return sum / classes;
}

/** @param square of the length of what is explained */
function evidence(
  sigma: Float64Array,
  squares: Float64Array,
  square: number,
  n: number,
  d: number,
): number {
  const rest = square - squares.reduce((sum, value) => sum + value, 0);
  let [alpha, beta] = [1, 1];
  let [m2, residual] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const t = alpha / beta;
    let gamma = 0;
    [m2, residual] = [0, rest];
    for (let i = 0; i < sigma.length; i++) {
      gamma += sigma[i]! / (sigma[i]! + t);
      m2 += (sigma[i]! * squares[i]!) / (t + sigma[i]!) ** 2;
      residual += squares[i]! / (1 + sigma[i]! / t) ** 2;
    }
    alpha = gamma / (m2 + epsilon);
    beta = (n - gamma) / (residual + epsilon);
    if (Math.abs(alpha / beta - t) / t <= 1e-3) break;
  }
  let logDeterminant = (d - sigma.length) * Math.log(alpha);
  for (const value of sigma) logDeterminant += Math.log(alpha + beta * value);
  const value =
    (d / 2) * Math.log(alpha) +
    (n / 2) * Math.log(beta) -
    logDeterminant / 2 -
    (beta / 2) * residual -
    (alpha / 2) * m2 -
    (n / 2) * Math.log(2 * Math.PI);
  return value / n;
}

/** Squared singular values, and what squared parts a vector has along the left singular vectors. */
function spectrum(features: Matrix): {
  readonly sigma: Float64Array;
  readonly project: (y: Float64Array) => Float64Array;
} {
  const { rows: n, columns: d } = features;
  const wide = n <= d;
  const size = wide ? n : d;
  const gram = new Float64Array(size * size);
  if (wide) {
    for (let i = 0; i < n; i++) {
      const a = rowOf(features, i);
      for (let j = 0; j <= i; j++) {
        const b = rowOf(features, j);
        let dot = 0;
        for (let f = 0; f < d; f++) dot += a[f]! * b[f]!;
        gram[i * n + j] = gram[j * n + i] = dot;
      }
    }
  } else {
    for (let r = 0; r < n; r++) {
      const row = rowOf(features, r);
      for (let i = 0; i < d; i++) {
        for (let j = 0; j < d; j++) gram[i * d + j]! += row[i]! * row[j]!;
      }
    }
  }
  const { values, vectors } = eigenSymmetric(gram, size);
  const most = Math.max(...values);
  const kept = [...values.keys()].filter((i) => values[i]! > 1e-10 * most);
  const sigma = Float64Array.from(kept, (i) => values[i]!);
  return {
    sigma,
    project(y) {
      // Along the images themselves, or through the features: u = F v / s.
      const z = wide ? y : throughFeatures(features, y);
      return Float64Array.from(kept, (i) => {
        let dot = 0;
        for (let k = 0; k < size; k++) dot += vectors[k * size + i]! * z[k]!;
        return wide ? dot * dot : (dot * dot) / values[i]!;
      });
    },
  };
}

function throughFeatures(features: Matrix, y: Float64Array): Float64Array {
  const z = new Float64Array(features.columns);
  for (let r = 0; r < features.rows; r++) {
    for (const [f, value] of rowOf(features, r).entries()) z[f]! += value * y[r]!;
  }
  return z;
}
