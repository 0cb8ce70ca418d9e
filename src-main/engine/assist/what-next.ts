/** Which pictures to label next, so that few labels teach much. */
import { type Matrix, rowOf, timesTransposed } from './algebra.ts';

/**
 * How unsure a classifier is between its two likeliest classes: 1 - (p1 - p2), from 0 (sure) to 1 (a draw).
 * Margin sampling: Scheffer, Decomain and Wrobel, Active Hidden Markov Models, 2001.
 */
export function uncertainty(probabilities: ArrayLike<number>): number {
  let [first, second] = [0, 0];
  for (let k = 0; k < probabilities.length; k++) {
    const p = probabilities[k]!;
    if (p > first) [first, second] = [p, first];
    else if (p > second) second = p;
  }
  return 1 - (first - second);
}

/**
 * A core-set: greedily the row that is farthest from all that are chosen or labelled already (k-centre,
 * Sener and Savarese, Active Learning for Convolutional Neural Networks, ICLR 2018). Distances are
 * Euclidean between rows of length one, so only the cosine counts. Among equals the first.
 *
 * @param rows candidates, each of length one
 * @param centres what is labelled already, each of length one; may have no rows
 * @returns indices of `count` rows (fewer when there are not so many), the farthest first
 */
export async function coreSet(rows: Matrix, centres: Matrix, count: number): Promise<number[]> {
  // The largest cosine to any centre: the smaller it is, the farther the row.
  const nearest = new Float32Array(rows.rows).fill(-2);
  for (let from = 0; from < centres.rows; from += centresAtOnce) {
    const to = Math.min(centres.rows, from + centresAtOnce);
    const data = centres.data.subarray(from * centres.columns, to * centres.columns);
    approach(nearest, await timesTransposed(rows, { ...centres, rows: to - from, data }));
  }
  const chosen: number[] = [];
  const taken = new Uint8Array(rows.rows);
  while (chosen.length < Math.min(count, rows.rows)) {
    let best = -1;
    for (let i = 0; i < rows.rows; i++) {
      if (!taken[i] && (best < 0 || nearest[i]! < nearest[best]!)) best = i;
    }
    taken[best] = 1;
    chosen.push(best);
    const data = rowOf(rows, best);
    approach(nearest, await timesTransposed(rows, { rows: 1, columns: rows.columns, data }));
  }
  return chosen;
}

/** Products of many centres at once are as quick as their memory is small. */
const centresAtOnce = 256;

function approach(nearest: Float32Array, cosines: Matrix): void {
  for (let i = 0; i < nearest.length; i++) {
    for (const cosine of rowOf(cosines, i)) if (cosine > nearest[i]!) nearest[i] = cosine;
  }
}
