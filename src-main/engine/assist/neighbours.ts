/** The nearest rows of every row, by comparing each with all. */
import { type Matrix, rowOf, timesTransposed } from './algebra.ts';

/** Rows whose distances to all others are held at once. */
const rowsAtOnce = 256;

export interface Neighbours {
  /** Of each row. */
  readonly count: number;
  /** Rows of the reference, the nearest first: `count` for each row, one row after the other. */
  readonly rows: Int32Array;
  /** Their cosines. */
  readonly cosines: Float32Array;
}

/**
 * The `count` rows of `reference` with the largest cosine to each row of the blocks (all, when there are fewer).
 *
 * @param blocks of rows of length one
 * @param self place of each row in the reference, or -1: no row is its own neighbour
 * @param done called with how many rows are through, between pieces of work; may throw to end it
 */
export async function neighboursOf(
  blocks: Iterable<Matrix>,
  reference: Matrix,
  self: ArrayLike<number>,
  count: number,
  done: (rows: number) => void = () => {},
): Promise<Neighbours> {
  const isAmong = Array.from(self).some((place) => place >= 0);
  const each = Math.max(0, Math.min(count, reference.rows - (isAmong ? 1 : 0)));
  const rows = new Int32Array(self.length * each);
  const cosines = new Float32Array(self.length * each);
  let at = 0;
  for (const block of blocks) {
    for (let from = 0; from < block.rows; from += rowsAtOnce) {
      const many = Math.min(rowsAtOnce, block.rows - from);
      const data = block.data.subarray(from * block.columns, (from + many) * block.columns);
      const product = await timesTransposed({ ...block, rows: many, data }, reference);
      for (let i = 0; i < many; i++, at++) {
        const place = at * each;
        nearestIn(
          rowOf(product, i),
          self[at]!,
          rows.subarray(place, place + each),
          cosines.subarray(place, place + each),
        );
      }
      done(at);
    }
  }
  return { count: each, rows, cosines };
}

function nearestIn(
  cosines: Float32Array,
  own: number,
  rows: Int32Array,
  nearest: Float32Array,
): void {
  const last = nearest.length - 1;
  nearest.fill(-2);
  for (let row = 0; row < cosines.length && last >= 0; row++) {
    const cosine = cosines[row]!;
    if (cosine <= nearest[last]! || row === own) continue;
    let place = last;
    for (; place > 0 && nearest[place - 1]! < cosine; place--) {
      nearest[place] = nearest[place - 1]!;
      rows[place] = rows[place - 1]!;
    }
    nearest[place] = cosine;
    rows[place] = row;
  }
}
