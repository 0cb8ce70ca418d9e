/** What a trained model says about pictures. */
import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { StudioError } from '../../../src-shared/errors.ts';
import { reasonOf } from '../../images/format.ts';
import { loadPixels } from '../../images/pixels.ts';
import { ahead } from '../features/ahead.ts';
import { decodeModel } from '../graph/onnx.ts';
import { describedBy, modelInput, modelOutput, rawPixels } from '../model/model-file.ts';
import type { PredictJob, PredictResult } from '../protocol.ts';
import { onnxruntime } from '../runtimes/onnxruntime.ts';
import type { Session } from '../runtimes/runtime.ts';
import type { JobContext } from './job.ts';

const batchSize = 16;
const decodeAhead = 2 * batchSize;

interface OpenModel {
  /** Of the very file that was opened: another one at the same path is another model. */
  readonly key: string;
  readonly session: Session;
  readonly classes: readonly string[];
  readonly size: number;
}

/** Pictures come in a few at a time, mostly for the same model: it stays open until another is wanted. */
let current: OpenModel | undefined;
/** Ends with the last prediction asked for so far: one at a time, so that none closes another's model. */
let previous: Promise<unknown> = Promise.resolve();

export function predict(job: PredictJob, context: JobContext): Promise<PredictResult> {
  const result = previous.then(() => predictNow(job, context));
  previous = result.catch(() => undefined);
  return result;
}

async function predictNow(
  { model, files }: PredictJob,
  { signal }: JobContext,
): Promise<PredictResult> {
  const { session, classes, size } = await openModel(model);
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
  const { mtimeMs, size: bytes } = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file' : cause.message;
    throw new StudioError('not-found', `The model ${file} cannot be opened: ${why}.`, { cause });
  });
  const key = `${file} ${mtimeMs} ${bytes}`;
  if (current?.key === key) return current;
  await current?.session.close();
  current = undefined;
  const model = await readFile(file);
  const described = describedBy(decodeModel(model), file);
  const session = await onnxruntime.open(model, { threads: availableParallelism() });
  current = { key, session, ...described };
  return current;
}
