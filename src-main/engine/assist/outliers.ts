/** Pictures unlike all others: far from even their nearest neighbours in the features. */
import type { Matrix } from './algebra.ts';
import { neighboursOf } from './neighbours.ts';

const neighbours = 10;

export interface Outlierness {
  /** exp(-d / median d): 1 for a picture among its like, towards 0 for one apart. */
  readonly score: number;
  /** Is d beyond the third quartile by more than 1.7 times the distance between the quartiles? */
  readonly isOutlier: boolean;
}

/**
 * Mean cosine distance d to the 10 nearest other pictures (all others, when there are fewer), scored as
 * cleanlab's datalab does: Kuan and Mueller, Back to the Basics: Revisiting Out-of-Distribution Detection
 * Baselines, 2022; the limit is its default threshold, 1 / 0.37037 - 1 = 1.7 interquartile ranges.
 *
 * @param blocks of rows of length one
 * @param reference rows among which neighbours are looked for; `self[i]` is the place of row i there, or -1
 */
export async function outlierness(
  blocks: Iterable<Matrix>,
  reference: Matrix,
  self: ArrayLike<number>,
): Promise<Outlierness[]> {
  const { count, cosines } = await neighboursOf(blocks, reference, self, neighbours);
  const distances = Array.from({ length: self.length }, (_, i) =>
    meanDistance(cosines.subarray(i * count, (i + 1) * count)),
  );
  const sorted = distances.toSorted((a, b) => a - b);
  const [q1, median, q3] = [quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)];
  const limit = q3 + 1.7 * (q3 - q1);
  return distances.map((distance) => ({
    score: median === 0 ? 1 : Math.exp(-distance / median),
    isOutlier: distance > limit + 1e-6,
  }));
}

function meanDistance(nearest: Float32Array): number {
  if (nearest.length === 0) return 0;
  // Rounding may make a copy nearer than itself.
  return nearest.reduce((sum, cosine) => sum + Math.max(0, 1 - cosine), 0) / nearest.length;
}

/** Linear between the two nearest, as in numpy. */
function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return 0;
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (place - low) * (sorted[high]! - sorted[low]!);
}
