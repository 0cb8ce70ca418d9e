/** All embedded pictures as points in a plane. */
import type { Embedding } from '../assist/embedding.ts';
import { place, project } from '../assist/projection.ts';
import { sample } from '../assist/sample.ts';
import { knownAs } from '../assist/state.ts';
import type { JobResult, MapJob } from '../protocol.ts';
import type { JobContext } from './job.ts';

/** Stream of the seed. */
const projectedOf = 16;

/**
 * Of many pictures a sample is projected, and the others are placed among it. Where a map is given, the pictures on
 * it stay where they are, and only the others are placed.
 */
export async function map(
  { embedding: name, rows, known: there }: MapJob,
  { signal, report }: JobContext,
): Promise<JobResult['map']> {
  const known = await knownAs(name, rows);
  if (!known) return null;
  const { embedding } = known;
  const options = {
    signal,
    report: ({ done, total }: { done: number; total: number }) =>
      report({ kind: 'map', done, total }),
  };
  const ids = Int32Array.from(embedding.ids);
  const points = new Float32Array(2 * ids.length);
  const put = (row: number, from: Float32Array, at: number) =>
    points.set(from.subarray(2 * at, 2 * at + 2), 2 * row);

  let fixed: readonly number[];
  if (there) {
    const at = new Map(Array.from(there.ids, (id, i) => [id, i]));
    const old = embedding.ids.flatMap((id, row) => (at.has(id) ? [row] : []));
    for (const row of old) put(row, there.points, at.get(embedding.ids[row]!)!);
    fixed = old;
  } else {
    fixed = sample(
      embedding.ids.map((_, row) => row),
      projectedOf,
    ).toSorted((a, b) => a - b);
    const drawn = await project(embedding.gather(fixed), options);
    for (const [i, row] of fixed.entries()) put(row, drawn, i);
  }

  const isFixed = new Set(fixed);
  const loose = Array.from(ids.keys()).filter((row) => !isFixed.has(row));
  if (loose.length > 0 && fixed.length > 0) {
    const among = sample(fixed, projectedOf);
    const positions = new Float32Array(2 * among.length);
    for (const [i, row] of among.entries())
      positions.set(points.subarray(2 * row, 2 * row + 2), 2 * i);
    const placed = await place(
      pieces(embedding, loose),
      loose.length,
      embedding.gather(among),
      positions,
      options,
    );
    for (const [i, row] of loose.entries()) put(row, placed, i);
  }
  return { ids, points, projected: there ? there.projected : fixed.length };
}

/** Rows, a piece at a time: copied all together they would take as much memory as the pictures have. */
function* pieces(embedding: Embedding, rows: readonly number[]) {
  const size = 4096;
  for (let from = 0; from < rows.length; from += size)
    yield embedding.gather(rows.slice(from, from + size));
}
