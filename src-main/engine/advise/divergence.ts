/** How far what each block sees of the pictures is from what it knew. */
import { jeffreys } from '../../../src-shared/advisor/gaussians.ts';
import type { Matrix } from '../assist/algebra.ts';
import { mean } from './resample.ts';
import type { Statistics } from './trunk.ts';

/**
 * Of each block, the mean of its normalisations' divergences; null for blocks that hold none.
 *
 * @param moments a row of `statistics` for each image
 * @param rows the images that count
 */
export function divergences(
  statistics: readonly Statistics[],
  moments: Matrix,
  blocks: number,
  rows: readonly number[],
): readonly (number | null)[] {
  const sums = meanRow(moments, rows);
  return Array.from({ length: blocks }, (_, block) => {
    const own = statistics.filter((each) => each.block === block);
    return own.length === 0 ? null : mean(own.map((each) => divergence(each, sums)));
  });
}

function meanRow({ columns, data }: Matrix, rows: readonly number[]): Float64Array {
  const sums = new Float64Array(columns);
  for (const row of rows) {
    for (let f = 0; f < columns; f++) sums[f]! += data[row * columns + f]! / rows.length;
  }
  return sums;
}

function divergence(known: Statistics, sums: Float64Array): number {
  const { at, channels, epsilon } = known;
  const means = sums.subarray(at, at + channels);
  const variances = means.map((m, c) => Math.max(0, sums[at + channels + c]! - m * m));
  return jeffreys(means, variances, known.mean, known.variance, epsilon);
}
