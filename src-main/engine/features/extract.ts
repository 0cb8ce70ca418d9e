/** The frozen part of a network, run once for each picture. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Augmentation } from '../../../src-shared/augmentation.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import { decodeForViews, type Rgb, viewPixels } from '../../images/augment.ts';
import { loadRgb, normalise, type Preprocessing } from '../../images/pixels.ts';
import { hashInThread } from '../../images/readers.ts';
import { quickForward } from '../autodiff/quick-forward.ts';
import { ancestors } from '../graph/cut.ts';
import type { Graph, ValueInfo } from '../graph/graph.ts';
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
  /** Of each picture to train on: so many versions, the plain one first. Only that when absent. */
  readonly views?: Views;
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
}

export interface Views {
  readonly count: number;
  readonly augmentation: Augmentation;
  readonly seed: number;
}

/** A version of a picture; 0 is the plain one. */
interface Seen {
  readonly example: Example;
  readonly view: number;
}

/** Shape of one picture's features. */
export const featureDims = ({ dims }: ValueInfo) => dims.slice(1) as number[];

/**
 * Sees to it that the features of all examples are cached, each output of the trunk and each view for
 * itself and all in one pass, and returns the caches, open: for each output those of the views.
 *
 * @throws StudioError that names the picture that is missing, unreadable, or not the one it was
 */
export async function extractFeatures(
  options: ExtractOptions,
): Promise<readonly (readonly FeatureCache[])[]> {
  const { trunk, examples, views } = options;
  const count = views?.count ?? 1;
  const caches = trunk.outputs.map((): FeatureCache[] => []);
  try {
    for (const [i, output] of trunk.outputs.entries()) {
      for (let view = 0; view < count; view++) caches[i]!.push(openCache(options, output, view));
    }
    const wanted = examples.flatMap((example) =>
      Array.from({ length: example.split === 'train' ? count : 1 }, (_, view) => ({
        example,
        view,
      })),
    );
    const missing = wanted.filter(
      ({ example, view }) => !caches.every((cache) => cache[view]!.holds(example.sha256)),
    );
    const total = wanted.length;
    if (missing.length > 0) await runTrunk(options, missing, total, caches);
    else options.report({ kind: 'features', done: total, total, secondsLeft: 0 });
    return caches;
  } catch (error) {
    for (const cache of caches.flat()) cache.close();
    throw error;
  }
}

/** Where the features that `output` of a trunk gives of a view are kept. */
export function openCache(
  {
    trunk,
    weights,
    preprocessing,
    folder,
    views,
  }: Pick<ExtractOptions, 'trunk' | 'weights' | 'preprocessing' | 'folder' | 'views'>,
  output: ValueInfo,
  view = 0,
): FeatureCache {
  // The nodes are part of the key: another way of computing must not find what this one has left.
  const way = ancestors(trunk, [output.name]).nodes;
  const nodes = createHash('sha256').update(JSON.stringify(way)).digest('hex');
  const key = { weights, cut: output.name, preprocessing, nodes };
  // Plain pictures are the same whatever the others are.
  const { augmentation, seed } = views ?? {};
  const whole = view === 0 ? key : { ...key, view: { index: view, seed, ...augmentation } };
  return new FeatureCache(folder, whole, size(featureDims(output)));
}

async function runTrunk(
  options: ExtractOptions,
  missing: readonly Seen[],
  total: number,
  caches: readonly (readonly FeatureCache[])[],
): Promise<void> {
  const { runtime, preprocessing, signal, report } = options;
  const trunk = runtime.convolvesDirectly
    ? quickForward(options.trunk, missing.length)
    : options.trunk;
  let done = total - missing.length;
  report({ kind: 'features', done, total, secondsLeft: null });

  const pictures = ahead(missing, decodeAhead, viewReader(options));
  const session = await runtime.open(trunk, {
    threads: availableParallelism(),
    // Integer kernels would be rearranged in every run, which takes a quarter of its time.
    asTheyLie: trunk.nodes.every(({ op }) => op !== 'QuantizeLinear'),
  });
  try {
    const began = performance.now();
    let reported = began;
    for (let at = 0; at < missing.length; at += batchSize) {
      const batch = missing.slice(at, at + batchSize);
      const input = new Float32Array(batch.length * 3 * preprocessing.size ** 2);
      for (let i = 0; i < batch.length; i++) {
        const { value: rgb } = await pictures.next();
        signal.throwIfAborted();
        const from = (i * input.length) / batch.length;
        normalise(rgb!, preprocessing, input.subarray(from, from + input.length / batch.length));
      }
      const results = await session.run({
        [trunk.inputs[0]!.name]: {
          type: 'float32',
          dims: [batch.length, 3, preprocessing.size, preprocessing.size],
          data: input,
        },
      });
      signal.throwIfAborted();
      for (const [i, ofViews] of caches.entries()) {
        const features = results[trunk.outputs[i]!.name]!.data as Float32Array;
        appendByView(ofViews, batch, features);
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

/** Each view has a file of its own. */
function appendByView(
  caches: readonly FeatureCache[],
  batch: readonly Seen[],
  features: Float32Array,
): void {
  for (const [view, cache] of caches.entries()) {
    const rows = [...batch.keys()].filter((i) => batch[i]!.view === view);
    if (rows.length === 0) continue;
    const own = new Float32Array(rows.length * cache.floats);
    for (const [to, i] of rows.entries()) {
      own.set(features.subarray(i * cache.floats, (i + 1) * cache.floats), to * cache.floats);
    }
    cache.append(
      rows.map((i) => batch[i]!.example.sha256),
      own,
    );
  }
}

/** Reads the pixels of views; those of one picture follow one another, and it is decoded once for them. */
function viewReader({ preprocessing: { size: side }, views }: ExtractOptions) {
  let last: { readonly sha256: string; readonly base: Promise<Rgb> } | undefined;
  return async ({ example, view }: Seen): Promise<Uint8Array> => {
    const { sha256 } = example;
    if (view === 0 || !views) return readPicture(example, (path) => loadRgb(path, side));
    const { augmentation, seed } = views;
    if (last?.sha256 !== sha256) {
      const base = readPicture(example, (path) => decodeForViews(path, side, augmentation));
      last = { sha256, base };
    }
    return viewPixels(await last.base, side, { augmentation, seed, sha256, index: view });
  };
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

/** In another thread: in one that decodes, or in libuv's, unlike createHash. */
async function hashOf(path: string): Promise<string> {
  const hash = await hashInThread(path);
  if (hash) return hash;
  const digest = await crypto.subtle.digest('SHA-256', await readFile(path));
  return Buffer.from(digest).toString('hex');
}
