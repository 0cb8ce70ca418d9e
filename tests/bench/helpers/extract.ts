/** Features of files on the disk, as a run extracts them. */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { quickForward } from '../../../src-main/engine/autodiff/quick-forward.ts';
import type { Backbone } from '../../../src-main/engine/backbones/backbone.ts';
import { ahead } from '../../../src-main/engine/features/ahead.ts';
import { extractFeatures, readPicture } from '../../../src-main/engine/features/extract.ts';
import { float32, size } from '../../../src-main/engine/graph/tensor.ts';
import type { Example } from '../../../src-main/engine/protocol.ts';
import { fastTrunk } from '../../../src-main/engine/quantise/fast-trunk.ts';
import { onnxruntime } from '../../../src-main/engine/runtimes/onnxruntime.ts';
import type { Runtime } from '../../../src-main/engine/runtimes/runtime.ts';
import { loadPixels, loadRgb, normalise } from '../../../src-main/images/pixels.ts';
import { uniform } from '../../helpers/random.ts';
import { threads } from './contest.ts';

const batch = 16;

export function examplesOf(paths: readonly string[]): Promise<Example[]> {
  return Promise.all(
    paths.map(async (path, i): Promise<Example> => {
      const sha256 = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      return { imageId: i + 1, sha256, path, label: 0, split: 'train' };
    }),
  );
}

interface Extracted {
  /** Pictures a second, from the opening of the network to the last picture. */
  readonly whole: number;
  /** The same from the first batch on. */
  readonly steady: number;
}

/** From files to features in a cache that is empty before. */
export async function extracted(
  { graph, preprocessing }: Backbone,
  examples: readonly Example[],
  folder: string,
  runtime: Runtime = onnxruntime,
): Promise<Extracted> {
  const features = join(folder, 'features');
  await rm(features, { recursive: true, force: true });
  const began = performance.now();
  let first: { readonly done: number; readonly at: number } | undefined;
  const caches = await extractFeatures({
    runtime,
    trunk: graph,
    // Features are kept by weights and nodes: here the folder is new each time.
    weights: 'drawn',
    preprocessing,
    folder: features,
    examples,
    signal: new AbortController().signal,
    report: (progress) => {
      if (progress.kind !== 'features' || progress.done === 0) return;
      first ??= { done: progress.done, at: performance.now() };
    },
  });
  const ended = performance.now();
  for (const cache of caches.flat()) cache.close();
  const count = examples.length;
  return {
    whole: (1000 * count) / (ended - began),
    steady: (1000 * (count - first!.done)) / (ended - first!.at),
  };
}

/** Pictures a second, with the opening of the network. */
export const extraction = async (...given: Parameters<typeof extracted>): Promise<number> =>
  (await extracted(...given)).whole;

/** The forward pass alone, computed as for many files, on pixels that are in memory; pictures a second. */
export async function bareForward({ graph, preprocessing }: Backbone, count: number) {
  const session = await onnxruntime.open(quickForward(graph, count), { threads });
  const dims = [batch, 3, preprocessing.size, preprocessing.size];
  const feeds = { input: float32(dims, uniform('pixels', size(dims))) };
  try {
    await session.run(feeds);
    const began = performance.now();
    for (let done = 0; done < count; done += batch) await session.run(feeds);
    return (Math.ceil(count / batch) * batch) / ((performance.now() - began) / 1000);
  } finally {
    await session.close();
  }
}

/** Reading, decoding and normalising alone, as fast as the processor can; pictures a second. */
export async function decodingAlone(
  { preprocessing }: Backbone,
  examples: readonly Example[],
): Promise<number> {
  const planes = new Float32Array(3 * preprocessing.size ** 2);
  const began = performance.now();
  const pictures = ahead(examples, 4 * batch, (example) =>
    readPicture(example, (path) => loadRgb(path, preprocessing.size)),
  );
  for await (const rgb of pictures) normalise(rgb, preprocessing, planes);
  return examples.length / ((performance.now() - began) / 1000);
}

/** The same network in 8 bits, calibrated on some of the pictures. */
export async function inEightBits(
  backbone: Backbone,
  examples: readonly Example[],
): Promise<Backbone> {
  const { preprocessing } = backbone;
  const dims = [3, preprocessing.size, preprocessing.size];
  const decoded = (some: readonly Example[]) =>
    Promise.all(some.map(({ path }) => loadPixels(path, preprocessing)));
  const { graph } = await fastTrunk({
    runtime: onnxruntime,
    trunk: backbone.graph,
    pictures: { dims, pixels: await decoded(examples.slice(0, 8)) },
    check: { dims, pixels: await decoded(examples.slice(8, 16)) },
    signal: new AbortController().signal,
  });
  return { ...backbone, graph };
}
