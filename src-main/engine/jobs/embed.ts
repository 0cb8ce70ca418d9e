/** The backbone run on pictures, labelled or not: what suggestions, likeness and review are made from. */
import { StudioError } from '../../../src-shared/errors.ts';
import { loadPixels } from '../../images/pixels.ts';
import { type Known, openEmbedding } from '../assist/state.ts';
import { ahead } from '../features/ahead.ts';
import { readPicture } from '../features/extract.ts';
import type { EmbedJob, EmbedResult } from '../protocol.ts';
import type { JobContext } from './job.ts';

const batchSize = 16;
const decodeAhead = 2 * batchSize;

type Picture = EmbedJob['pictures'][number];

/**
 * What is in the feature cache already, from a training or an earlier embedding, is only read. A picture
 * that cannot be read is left out and named; the others go on.
 */
export async function embed(
  { backbone, features, rows, anew, pictures }: EmbedJob,
  { signal }: JobContext,
): Promise<EmbedResult | null> {
  const known = await openEmbedding(backbone, features);
  const { embedding, cache } = known;
  if (anew) embedding.clear();
  if (embedding.count < rows) return null;
  cache.catchUp();
  const one = new Float32Array(cache.floats);
  const missing: Picture[] = [];
  for (const picture of pictures) {
    if (embedding.rowOf(picture.imageId) !== undefined) continue;
    if (!cache.holds(picture.sha256)) {
      missing.push(picture);
      continue;
    }
    cache.read(picture.sha256, one, 0);
    embedding.add(picture.imageId, one);
  }
  const failed = missing.length > 0 ? await runTrunk(known, missing, signal) : [];
  return { embedding: known.name, rows: embedding.count, failed };
}

async function runTrunk(
  known: Known,
  pictures: readonly Picture[],
  signal: AbortSignal,
): Promise<EmbedResult['failed']> {
  const failed: { imageId: number; reason: string }[] = [];
  const { preprocessing } = known.backbone;
  let batch: { readonly picture: Picture; readonly pixels: Float32Array }[] = [];
  const runBatch = async () => {
    const features = await featuresOf(
      known,
      batch.map(({ pixels }) => pixels),
    );
    signal.throwIfAborted(); // after it a training may be writing to the cache
    known.cache.append(
      batch.map(({ picture }) => picture.sha256),
      features,
    );
    const { columns } = known.embedding;
    for (const [i, { picture }] of batch.entries()) {
      known.embedding.add(picture.imageId, features.subarray(i * columns, (i + 1) * columns));
    }
    batch = [];
  };
  const read = ahead(pictures, decodeAhead, async (picture) => {
    try {
      const pixels = await readPicture(picture, (path) => loadPixels(path, preprocessing));
      return { picture, pixels };
    } catch (error) {
      if (error instanceof StudioError) return { picture, reason: error.message };
      throw error;
    }
  });
  for await (const { picture, ...result } of read) {
    signal.throwIfAborted();
    if ('reason' in result) failed.push({ imageId: picture.imageId, reason: result.reason });
    else if (batch.push({ picture, ...result }) === batchSize) await runBatch();
  }
  if (batch.length > 0) await runBatch();
  return failed;
}

/** One row after the other. */
export async function featuresOf(
  { trunk, backbone }: Known,
  pictures: readonly Float32Array[],
): Promise<Float32Array> {
  const session = await trunk();
  const { size } = backbone.preprocessing;
  const data = new Float32Array(pictures.length * 3 * size * size);
  for (const [i, pixels] of pictures.entries()) data.set(pixels, i * pixels.length);
  const [input, output] = [session.inputs[0]!.name, session.outputs[0]!.name];
  const results = await session.run({
    [input]: { type: 'float32', dims: [pictures.length, 3, size, size], data },
  });
  return results[output]!.data as Float32Array;
}
