/** How far apart two descriptions of the same channels are. */

/**
 * Jeffreys divergence, KL(p, q) + KL(q, p), of normal distributions that are independent by channel; the mean over
 * the channels, in nats, from 0. From the KL divergence of two normals (Kullback 1959):
 *
 *     J = ((v1 + d²) / v2 + (v2 + d²) / v1) / 2 - 1, with d the difference of the means
 *
 * `jeffreys([0], [1], [1], [1], 0)` is 1: two unit normals whose means are one apart.
 *
 * @param epsilon added to all variances, as the normalisation does: channels that never vary stay finite
 */
export function jeffreys(
  means: ArrayLike<number>,
  variances: ArrayLike<number>,
  otherMeans: ArrayLike<number>,
  otherVariances: ArrayLike<number>,
  epsilon: number,
): number {
  let sum = 0;
  for (let c = 0; c < means.length; c++) {
    const [v, w] = [variances[c]! + epsilon, otherVariances[c]! + epsilon];
    const square = (means[c]! - otherMeans[c]!) ** 2;
    sum += ((v + square) / w + (w + square) / v) / 2 - 1;
  }
  return sum / means.length;
}
