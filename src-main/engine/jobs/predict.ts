/** What a trained model says about pictures. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { StudioError } from '../../../src-shared/errors.ts';
import { reasonOf } from '../../images/format.ts';
import { loadPixels } from '../../images/pixels.ts';
import { ahead } from '../features/ahead.ts';
import { decodeModel } from '../graph/onnx.ts';
import { KeptOpen, modelKey } from '../model/kept-open.ts';
import { describedBy, modelInput, modelOutput, rawPixels } from '../model/model-file.ts';
import type { PredictJob, PredictResult } from '../protocol.ts';
import { onnxruntime } from '../runtimes/onnxruntime.ts';
import type { Session } from '../runtimes/runtime.ts';
import type { JobContext } from './job.ts';

const batchSize = 16;
const decodeAhead = 2 * batchSize;

interface OpenModel {
  readonly session: Session;
  readonly classes: readonly string[];
  readonly size: number;
}

const kept = new KeptOpen<OpenModel>();

export async function predict(job: PredictJob, context: JobContext): Promise<PredictResult> {
  const { model } = job;
  return kept.use(
    await modelKey(model),
    () => openModel(model),
    (open) => predictWith(open, job, context),
  );
}

async function predictWith(
  { session, classes, size }: OpenModel,
  { files }: PredictJob,
  { signal }: JobContext,
): Promise<PredictResult> {
  const predictions: { path: string; probabilities: Float32Array }[] = [];
  const rejected: { path: string; reason: string }[] = [];

  let batch: { readonly path: string; readonly pixels: Float32Array }[] = [];
  const runBatch = async () => {
    const data = new Float32Array(batch.length * 3 * size * size);
    for (const [i, { pixels }] of batch.entries()) data.set(pixels, i * pixels.length);
    const results = await session.run({
      [modelInput]: { type: 'float32', dims: [batch.length, 3, size, size], data },
    });
    const probabilities = results[modelOutput]!.data as Float32Array;
    for (const [i, { path }] of batch.entries()) {
      const row = probabilities.slice(i * classes.length, (i + 1) * classes.length);
      predictions.push({ path, probabilities: row });
    }
    batch = [];
  };

  const pictures = ahead(files, decodeAhead, (path) => readPicture(path, size));
  for await (const picture of pictures) {
    signal.throwIfAborted();
    if (picture.pixels === undefined) rejected.push(picture);
    else if (batch.push(picture) === batchSize) await runBatch();
  }
  if (batch.length > 0) await runBatch();
  return { classes, predictions, rejected };
}

async function readPicture(path: string, size: number) {
  try {
    return { path, pixels: await loadPixels(path, rawPixels(size)) };
  } catch (error) {
    if (error instanceof StudioError) return { path, reason: reasonOf(error, path) };
    throw error;
  }
}

async function openModel(file: string): Promise<OpenModel> {
  const graph = decodeModel(await readFile(file));
  const described = describedBy(graph, file);
  const session = await onnxruntime.open(graph, { threads: availableParallelism() });
  return { session, ...described };
}
