/** The frozen part of a network, run once for each picture. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { StudioError } from '../../../src-shared/errors.ts';
import { loadPixels, type Preprocessing } from '../../images/pixels.ts';
import { ancestors } from '../graph/cut.ts';
import type { Graph, ValueInfo } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import { size } from '../graph/tensor.ts';
import type { Example, Progress } from '../protocol.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { ahead } from './ahead.ts';
import { FeatureCache } from './cache.ts';

/** Enough for the matrix products to be large; more only delays the first progress. */
const batchSize = 16;
/**
 * Pictures decoded or being decoded beyond the batch that runs. Decoding goes on in other threads while
 * the network runs, but each of its steps is begun between two batches: so a few batches' worth.
 */
const decodeAhead = 4 * batchSize;
const progressMs = 100;

export interface ExtractOptions {
  readonly runtime: Runtime;
  /** Takes `input`, N x 3 x S x S; gives the value where the network is cut, or several such. */
  readonly trunk: Graph;
  /** SHA-256 of the weight file. */
  readonly weights: string;
  readonly preprocessing: Preprocessing;
  readonly folder: string;
  readonly examples: readonly Example[];
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
}

/** Shape of one picture's features. */
export const featureDims = ({ dims }: ValueInfo) => dims.slice(1) as number[];

/**
 * Sees to it that the features of all examples are cached, each output of the trunk for itself and all in
 * one pass, and returns the caches in the order of the outputs, open.
 *
 * @throws StudioError that names the picture that is missing, unreadable, or not the one it was
 */
export async function extractFeatures(options: ExtractOptions): Promise<readonly FeatureCache[]> {
  const { trunk, examples } = options;
  const caches: FeatureCache[] = [];
  try {
    for (const output of trunk.outputs) caches.push(openCache(options, output));
    const missing = examples.filter(({ sha256 }) => !caches.every((cache) => cache.holds(sha256)));
    if (missing.length > 0) await runTrunk(options, missing, caches);
    else options.report({ kind: 'features', ...whole(examples), secondsLeft: 0 });
    return caches;
  } catch (error) {
    for (const cache of caches) cache.close();
    throw error;
  }
}

/** Where the features that `output` of a trunk gives are kept. */
export function openCache(
  {
    trunk,
    weights,
    preprocessing,
    folder,
  }: Pick<ExtractOptions, 'trunk' | 'weights' | 'preprocessing' | 'folder'>,
  output: ValueInfo,
): FeatureCache {
  // The nodes are part of the key: another way of computing must not find what this one has left.
  const way = ancestors(trunk, [output.name]).nodes;
  const nodes = createHash('sha256').update(JSON.stringify(way)).digest('hex');
  const key = { weights, cut: output.name, preprocessing, nodes };
  return new FeatureCache(folder, key, size(featureDims(output)));
}

const whole = ({ length }: readonly Example[]) => ({ done: length, total: length });

async function runTrunk(
  { runtime, trunk, preprocessing, examples, signal, report }: ExtractOptions,
  missing: readonly Example[],
  caches: readonly FeatureCache[],
): Promise<void> {
  const total = examples.length;
  let done = total - missing.length;
  report({ kind: 'features', done, total, secondsLeft: null });

  const session = await runtime.open(encodeModel(trunk), { threads: availableParallelism() });
  try {
    const began = performance.now();
    let reported = began;
    const pictures = ahead(missing, decodeAhead, (example) =>
      readPicture(example, (path) => loadPixels(path, preprocessing)),
    );
    for (let at = 0; at < missing.length; at += batchSize) {
      const batch = missing.slice(at, at + batchSize);
      const input = new Float32Array(batch.length * 3 * preprocessing.size ** 2);
      for (let i = 0; i < batch.length; i++) {
        const { value: pixels } = await pictures.next();
        signal.throwIfAborted();
        input.set(pixels!, (i * input.length) / batch.length);
      }
      const results = await session.run({
        [trunk.inputs[0]!.name]: {
          type: 'float32',
          dims: [batch.length, 3, preprocessing.size, preprocessing.size],
          data: input,
        },
      });
      signal.throwIfAborted();
      const names = batch.map(({ sha256 }) => sha256);
      for (const [i, cache] of caches.entries()) {
        cache.append(names, results[trunk.outputs[i]!.name]!.data as Float32Array);
      }
      done += batch.length;
      const now = performance.now();
      if (done < total && now - reported < progressMs) continue;
      reported = now;
      const secondsEach = (now - began) / 1000 / (at + batch.length);
      report({ kind: 'features', done, total, secondsLeft: secondsEach * (total - done) });
    }
  } finally {
    await session.close();
  }
}

/** Decodes a picture, and checks meanwhile that the file still is the one that was imported. */
export async function readPicture<T>(
  { path, sha256 }: Pick<Example, 'path' | 'sha256'>,
  load: (path: string) => Promise<T>,
): Promise<T> {
  const hash = hashOf(path);
  // A file that cannot be read fails in the decoder too, whose sentence is the better one.
  hash.catch(() => undefined);
  const pixels = await load(path);
  if ((await hash) !== sha256) {
    throw new StudioError(
      'refused',
      `${path} has changed since it was imported: import it again, or delete it from the project.`,
    );
  }
  return pixels;
}

/** In libuv's threads, unlike createHash. */
async function hashOf(path: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await readFile(path));
  return Buffer.from(digest).toString('hex');
}
