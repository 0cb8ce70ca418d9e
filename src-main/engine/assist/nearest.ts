/** The pictures most like one: exact, by comparing with all of them. */
import { timesTransposed } from './algebra.ts';
import { type Embedding, unitVector } from './embedding.ts';

export interface Near {
  readonly id: number;
  /** Cosine of the features, at most 1. */
  readonly similarity: number;
}

/**
 * The `count` pictures with the largest cosine to a direction, the likest first; of equals the one that came
 * first. Every row is looked at, so there is none that it misses.
 */
export async function nearest(
  embedding: Embedding,
  direction: Float32Array,
  count: number,
  skip: ReadonlySet<number> = new Set(),
): Promise<Near[]> {
  const query = { rows: 1, columns: embedding.columns, data: unitVector(direction) };
  const best: Near[] = [];
  for (const { from, matrix } of embedding.blocks()) {
    // This way round: the other takes half as long again.
    const { data } = await timesTransposed(query, matrix);
    for (let i = 0; i < matrix.rows; i++) {
      const similarity = data[i]!;
      if (best.length === count && similarity <= best[count - 1]!.similarity) continue;
      const id = embedding.ids[from + i]!;
      if (skip.has(id)) continue;
      const place = best.findLastIndex((near) => near.similarity >= similarity) + 1;
      best.splice(place, 0, { id, similarity });
      if (best.length > count) best.pop();
    }
  }
  return best;
}

/** What some pictures have in common: the mean of their directions. Those without features are passed over. */
export function commonDirection(embedding: Embedding, ids: readonly number[]): Float32Array | null {
  const sum = new Float32Array(embedding.columns);
  let found = 0;
  for (const id of ids) {
    const row = embedding.rowOf(id);
    if (row === undefined) continue;
    found++;
    for (const [f, value] of embedding.row(row).entries()) sum[f]! += value;
  }
  return found === 0 ? null : unitVector(sum);
}
