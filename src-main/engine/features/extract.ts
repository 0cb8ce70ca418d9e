/** The frozen part of a network, run once for each picture. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { StudioError } from '../../../src-shared/errors.ts';
import { loadPixels, type Preprocessing } from '../../images/pixels.ts';
import type { Graph } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
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
  /** Takes `input`, N x 3 x S x S; gives the value where the network is cut. */
  readonly trunk: Graph;
  /** SHA-256 of the weight file. */
  readonly weights: string;
  readonly preprocessing: Preprocessing;
  /** Shape of one picture's features. */
  readonly dims: readonly number[];
  readonly folder: string;
  readonly examples: readonly Example[];
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
}

/**
 * Sees to it that the cache holds the features of all examples, and returns it, open.
 *
 * @throws StudioError that names the picture that is missing, unreadable, or not the one it was
 */
export async function extractFeatures(options: ExtractOptions): Promise<FeatureCache> {
  const { trunk, weights, preprocessing, dims, folder, examples } = options;
  // The nodes are part of the key: another way of computing must not find what this one has left.
  const nodes = createHash('sha256').update(JSON.stringify(trunk.nodes)).digest('hex');
  const cut = trunk.outputs[0]!.name;
  const cache = new FeatureCache(
    folder,
    { weights, cut, preprocessing, nodes },
    dims.reduce((product, dim) => product * dim, 1),
  );
  try {
    const missing = examples.filter(({ sha256 }) => !cache.holds(sha256));
    if (missing.length > 0) await runTrunk(options, missing, cache);
    else options.report({ kind: 'features', ...whole(examples), secondsLeft: 0 });
    return cache;
  } catch (error) {
    cache.close();
    throw error;
  }
}

const whole = ({ length }: readonly Example[]) => ({ done: length, total: length });

async function runTrunk(
  { runtime, trunk, preprocessing, examples, signal, report }: ExtractOptions,
  missing: readonly Example[],
  cache: FeatureCache,
): Promise<void> {
  const total = examples.length;
  let done = total - missing.length;
  report({ kind: 'features', done, total, secondsLeft: null });

  const session = await runtime.open(encodeModel(trunk), { threads: availableParallelism() });
  try {
    const began = performance.now();
    let reported = began;
    const pictures = ahead(missing, decodeAhead, (example) => readPicture(example, preprocessing));
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
      cache.append(
        batch.map(({ sha256 }) => sha256),
        results[trunk.outputs[0]!.name]!.data as Float32Array,
      );
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
async function readPicture(
  { path, sha256 }: Example,
  preprocessing: Preprocessing,
): Promise<Float32Array> {
  const hash = hashOf(path);
  // A file that cannot be read fails in the decoder too, whose sentence is the better one.
  hash.catch(() => undefined);
  const pixels = await loadPixels(path, preprocessing);
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
