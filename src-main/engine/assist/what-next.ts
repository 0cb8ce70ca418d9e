/** Which pictures to label next, so that few labels teach much. */
import { type Matrix, rowOf, timesTransposed } from './algebra.ts';
import { unitVector } from './embedding.ts';

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

/** Mean of the rows. */
export function meanOf({ rows, columns, data }: Matrix): Float32Array {
  const mean = new Float64Array(columns);
  for (let i = 0; i < rows * columns; i++) mean[i % columns]! += data[i]! / rows;
  return Float32Array.from(mean);
}

/**
 * Rows seen from the middle, each of length one. Among so many features a few pictures lie near everything, and would
 * stand for all; from the middle they do not (Suzuki et al., Centering Similarity Measures to Reduce Hubs, EMNLP 2013).
 */
export function fromMiddle({ rows, columns, data }: Matrix, middle: Float32Array): Matrix {
  const moved = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const own = moved.subarray(row * columns, (row + 1) * columns);
    for (let f = 0; f < columns; f++) own[f] = data[row * columns + f]! - middle[f]!;
    own.set(unitVector(own));
  }
  return { rows, columns, data: moved };
}

export interface Field {
  /** What is to be stood for, each of length one. */
  readonly rows: Matrix;
  /** How much each of them matters, from 0 on. */
  readonly weights: ArrayLike<number>;
}

/**
 * A core-set: greedily the row after which the pictures of the field are most like something that is labelled or
 * chosen, that is the largest gain in the sum over the field of weight times the largest cosine to any such row (below
 * 0 counts as 0). With equal weights this is facility location, which greedy choice brings to 1 - 1/e of the best
 * (Wei, Iyer and Bilmes, Submodularity in Data Subset Selection and Active Learning, ICML 2015); with a classifier's
 * uncertainty as weight it goes where that is unsure of many. Pictures unlike all others are chosen late, for they
 * stand for nothing but themselves. Among equals the first.
 *
 * @param rows candidates, each of length one
 * @param centres what is labelled already, each of length one; may have no rows
 * @returns indices of `count` rows (fewer when there are not so many), the most telling first
 */
export async function representatives(
  rows: Matrix,
  { rows: field, weights }: Field,
  centres: Matrix,
  count: number,
): Promise<number[]> {
  // Of each picture of the field, its largest cosine so far.
  const nearest = new Float32Array(field.rows);
  for (let from = 0; from < centres.rows; from += centresAtOnce) {
    const to = Math.min(centres.rows, from + centresAtOnce);
    const data = centres.data.subarray(from * centres.columns, to * centres.columns);
    const cosines = await timesTransposed(field, { ...centres, rows: to - from, data });
    for (let i = 0; i < field.rows; i++)
      for (const cosine of rowOf(cosines, i)) if (cosine > nearest[i]!) nearest[i] = cosine;
  }
  const cosines = await timesTransposed(rows, field);
  const gainOf = (row: number) => {
    const own = rowOf(cosines, row);
    let gain = 0;
    for (let i = 0; i < own.length; i++)
      if (own[i]! > nearest[i]!) gain += weights[i]! * (own[i]! - nearest[i]!);
    return gain;
  };

  // A gain only shrinks while more is chosen, so one that was computed earlier is a bound: only the largest is
  // computed anew (Minoux's lazy greedy algorithm, 1978).
  const gains = Float64Array.from({ length: rows.rows }, (_, row) => gainOf(row));
  const computedAt = new Int32Array(rows.rows);
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, rows.rows)) {
    const best = largest(gains);
    if (computedAt[best] !== chosen.length) {
      gains[best] = gainOf(best);
      computedAt[best] = chosen.length;
      continue;
    }
    chosen.push(best);
    gains[best] = Number.NEGATIVE_INFINITY;
    const own = rowOf(cosines, best);
    for (let i = 0; i < own.length; i++) if (own[i]! > nearest[i]!) nearest[i] = own[i]!;
  }
  return chosen;
}

/** Products of many centres at once are as quick as their memory is small. */
const centresAtOnce = 256;

function largest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
