/**
 * What a trained network says of the pictures it was trained on: the features that its last layer sees,
 * beside the model, for the question which of them are the nearest to a new one.
 *
 * The file: a line of JSON, `{ids, columns}`, then for each id its features as little-endian float32,
 * scaled to length one.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { z } from 'zod';
import { StudioError } from '../../../src-shared/errors.ts';
import { replaceFile } from '../../atomic-file.ts';
import { unitVector } from '../assist/embedding.ts';

/** In a run's folder. */
export const trainFeatures = 'train-features.bin';

export interface TrainFeatures {
  readonly ids: readonly number[];
  readonly columns: number;
  /** One row after the other, each of length one. */
  readonly data: Float32Array;
}

const lineOf = z.object({ ids: z.array(z.int().positive()), columns: z.int().positive() });
const lineFeed = 10;

const swapped = (bytes: Buffer) => (endianness() === 'LE' ? bytes : bytes.swap32());

/** @param rows the features of the pictures with these ids; whole or not at all */
export async function writeTrainFeatures(
  file: string,
  ids: readonly number[],
  rows: readonly Float32Array[],
): Promise<void> {
  const columns = rows[0]!.length;
  const data = new Float32Array(rows.length * columns);
  for (const [i, row] of rows.entries()) data.set(unitVector(row), i * columns);
  const line = Buffer.from(`${JSON.stringify({ ids, columns })}\n`);
  const bytes = Buffer.concat([line, swapped(Buffer.from(data.buffer))]);
  await replaceFile(file, (temporary) => writeFile(temporary, bytes));
}

/** @throws StudioError when there are none, or they are damaged */
export async function readTrainFeatures(file: string): Promise<TrainFeatures> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'ENOENT'
        ? 'the run is of an older Graft, which did not keep its features'
        : cause.message;
    throw refused(file, why, cause);
  });
  const end = bytes.indexOf(lineFeed);
  const line = lineOf.safeParse(parsed(bytes.subarray(0, end).toString()));
  const blob = bytes.subarray(end + 1);
  if (!line.success || blob.length !== 4 * line.data.ids.length * line.data.columns) {
    throw refused(file, 'the file is damaged');
  }
  // A copy: float32 needs an address divisible by four.
  const copy = swapped(Buffer.from(Uint8Array.from(blob).buffer));
  return { ...line.data, data: new Float32Array(copy.buffer, copy.byteOffset, copy.length / 4) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refused = (file: string, why: string, cause?: Error) =>
  new StudioError(
    'not-found',
    `The nearest training pictures cannot be told from ${file}: ${why}. Train the run again.`,
    { cause },
  );

/** The pictures whose features have the largest cosine with these, the nearest first. */
export function nearestOf(
  { ids, columns, data }: TrainFeatures,
  features: Float32Array,
  count: number,
  except: number | null,
): { readonly id: number; readonly similarity: number }[] {
  const direction = unitVector(features);
  return ids
    .map((id, row) => {
      let similarity = 0;
      for (let f = 0; f < columns; f++) similarity += data[row * columns + f]! * direction[f]!;
      return { id, similarity };
    })
    .filter(({ id }) => id !== except)
    .toSorted((a, b) => b.similarity - a.similarity)
    .slice(0, count);
}
