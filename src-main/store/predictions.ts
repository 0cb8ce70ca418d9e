/** What the finished runs said of images that they did not learn from. */
import { endianness } from 'node:os';
import type { HeldOut } from '../../src-shared/domain.ts';
import type { Database } from './database.ts';

export interface StoredPrediction {
  readonly imageId: number;
  /** Index into the run's classes. */
  readonly actual: number;
  /** Softmax over the run's classes, in their order. */
  readonly probabilities: Float32Array;
}

export type Predictions = ReturnType<typeof predictionsTable>;

export function predictionsTable(database: Database) {
  const insert = database.prepare('INSERT INTO predictions VALUES (?, ?, ?, ?, ?)');
  const list = database.prepare<
    [number, HeldOut],
    { imageId: number; actual: number; probabilities: Buffer }
  >(`SELECT image_id AS imageId, actual, probabilities FROM predictions
     WHERE run_id = ? AND held_out = ? ORDER BY image_id`);

  const insertOfPart = database.prepare('INSERT INTO part_predictions VALUES (?, ?, ?, ?, ?)');
  const dropParts = database.prepare('DELETE FROM part_predictions WHERE run_id = ? AND part > ?');
  const ofParts = database.prepare<
    [number],
    { part: number; imageId: number; actual: number; probabilities: Buffer }
  >(`SELECT part, image_id AS imageId, actual, probabilities FROM part_predictions
     WHERE run_id = ? ORDER BY part, image_id`);
  // Folds are the first parts.
  const ofFolds = database.prepare<
    [number],
    { imageId: number; actual: number; probabilities: Buffer }
  >(`SELECT image_id AS imageId, actual, probabilities
     FROM part_predictions JOIN runs ON runs.id = run_id
     WHERE run_id = ? AND part <= json_extract(settings, '$.folds') ORDER BY image_id`);

  return {
    add(
      run: number,
      heldOut: Exclude<HeldOut, 'folds'>,
      predictions: readonly StoredPrediction[],
    ): void {
      for (const { imageId, actual, probabilities } of predictions)
        insert.run(run, heldOut, imageId, actual, encode(probabilities));
    },
    /** By image id. */
    list: (run: number, heldOut: HeldOut): StoredPrediction[] =>
      (heldOut === 'folds' ? ofFolds.all(run) : list.all(run, heldOut)).map((row) => ({
        ...row,
        probabilities: decode(row.probabilities),
      })),
    addPart(run: number, part: number, predictions: readonly StoredPrediction[]): void {
      for (const { imageId, actual, probabilities } of predictions)
        insertOfPart.run(run, part, imageId, actual, encode(probabilities));
    },
    /** Forgets all parts but the first so many. */
    keepParts(run: number, count: number): void {
      dropParts.run(run, count);
    },
    /** Of the parts that are done, by part from 1, each by image id. */
    ofParts: (run: number): ReadonlyMap<number, readonly StoredPrediction[]> =>
      Map.groupBy(
        ofParts.all(run).map((row) => ({ ...row, probabilities: decode(row.probabilities) })),
        ({ part }) => part,
      ),
  };
}

/** Index of the largest value; the first of equals. */
export function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

const littleEndian = endianness() === 'LE';

function encode(values: Float32Array): Buffer {
  const bytes = Buffer.from(values.slice().buffer);
  return littleEndian ? bytes : bytes.swap32();
}

/** The probabilities as they were before `encode`. */
export function decode(blob: Buffer): Float32Array {
  // A copy, for the blob may lie anywhere in a pool, and float32 needs an address divisible by four.
  const bytes = Buffer.from(blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.length));
  const native = littleEndian ? bytes : bytes.swap32();
  return new Float32Array(native.buffer, native.byteOffset, native.length / 4);
}
