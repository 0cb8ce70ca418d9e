/** What more labels would bring: a power law through the accuracies of classifiers that learned from fewer. */

import type { Ranged } from './advice.ts';

export interface CurvePoint {
  /** Images that were learned from. */
  readonly images: number;
  /** 0 to 1. */
  readonly accuracy: number;
}

/** Accuracy after n images: a - b n^-c. */
export interface PowerLaw {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const exponents = Array.from({ length: 20 }, (_, i) => 0.05 * (i + 1));
const rounds = 12;
/** Beyond so many times the middle residual a point counts for less (Huber 1964). */
const huber = 1.345 / 0.6745;

/**
 * Fits a - b n^-c (Cortes et al. 1993, "Learning curves: asymptotic values and rate of convergence") with b >= 0 and
 * a <= 1, for each of some exponents by least squares that are weighted anew by Huber's rule, and takes the exponent
 * with the smallest sum of absolute residuals. A curve that does not rise is flat: b = 0.
 */
export function fitPowerLaw(points: readonly CurvePoint[]): PowerLaw {
  let best: PowerLaw = { a: 0, b: 0, c: 1 };
  let least = Number.POSITIVE_INFINITY;
  for (const c of exponents) {
    const law = fitWith(points, c);
    const sum = points.reduce(
      (all, { images, accuracy }) => all + Math.abs(accuracy - accuracyAt(law, images)),
      0,
    );
    if (sum < least - 1e-12) [best, least] = [law, sum];
  }
  return best;
}

/** Not below 0. */
export const accuracyAt = ({ a, b, c }: PowerLaw, images: number): number =>
  Math.max(0, a - b * images ** -c);

/** What twice as many images would add. */
export const gainFromDoubling = (law: PowerLaw, images: number): number =>
  accuracyAt(law, 2 * images) - accuracyAt(law, images);

/** "Twice as many labels would add about 3 points (1 to 5)." Points of accuracy, whole ones: no guess is finer. */
export function gainWords({ value, low, high }: Ranged): string {
  const points = (share: number) => Math.round(100 * Math.max(0, share));
  const [about, from, to] = [points(value), points(low), points(high)];
  if (to === 0) return 'Twice as many labels would add less than a point.';
  const amount =
    about === 0 ? 'less than a point' : `about ${about} ${about === 1 ? 'point' : 'points'}`;
  return `Twice as many labels would add ${amount} (${from} to ${to}).`;
}

function fitWith(points: readonly CurvePoint[], c: number): PowerLaw {
  let weights = points.map(() => 1);
  let law: PowerLaw = { a: 0, b: 0, c };
  for (let round = 0; round < rounds; round++) {
    law = { ...weighted(points, weights, c), c };
    const residuals = points.map(({ images, accuracy }) =>
      Math.abs(accuracy - (law.a - law.b * images ** -c)),
    );
    const middle = residuals.toSorted((a, b) => a - b)[Math.floor(residuals.length / 2)]!;
    weights = residuals.map((residual) =>
      residual <= huber * middle || middle === 0 ? 1 : (huber * middle) / residual,
    );
  }
  return law;
}

function weighted(points: readonly CurvePoint[], weights: readonly number[], c: number) {
  let [w, x, y, xx, xy] = [0, 0, 0, 0, 0];
  for (const [i, { images, accuracy }] of points.entries()) {
    const at = -(images ** -c);
    const weight = weights[i]!;
    w += weight;
    x += weight * at;
    y += weight * accuracy;
    xx += weight * at * at;
    xy += weight * at * accuracy;
  }
  const spread = w * xx - x * x;
  const b = spread > 0 ? Math.max(0, (w * xy - x * y) / spread) : 0;
  const a = (y - b * x) / w;
  if (a <= 1) return { a, b };
  return { a: 1, b: xx > 0 ? Math.max(0, (xy - x) / xx) : 0 };
}
