/** Where the labelled images stand in the square, measured on what a frozen network says of them. */
import { loadPixels } from '../../images/pixels.ts';
import { costsOf, imagesPerWeight, secondsForward } from '../advise/costs.ts';
import { measure, stepsOf } from '../advise/measure.ts';
import { measuringTrunk } from '../advise/trunk.ts';
import type { Matrix } from '../assist/algebra.ts';
import type { Backbone } from '../backbones/backbone.ts';
import { loadHead } from '../backbones/head-file.ts';
import { loadBackbone } from '../backbones/weight-file.ts';
import { extractFeatures } from '../features/extract.ts';
import type { AdviseJob, AdviseResult } from '../protocol.ts';
import { onnxruntime as runtime } from '../runtimes/onnxruntime.ts';
import { seededRandom, shuffled } from '../training/random.ts';
import type { JobContext } from './job.ts';

/** Images that measurements by depth are made on: more would only take longer. */
const mostImages = 600;
/** Stream of the seed. */
const choosing = 23;

export async function advise(job: AdviseJob, context: JobContext): Promise<AdviseResult> {
  return adviseOn(await loadBackbone(job.backbone), job, context);
}

/** The same on a network that is loaded already. */
export async function adviseOn(
  backbone: Backbone,
  job: AdviseJob,
  { signal, report }: JobContext,
): Promise<AdviseResult> {
  const { classes } = job;
  const { blocks } = backbone;
  const examples = shuffled(job.examples, seededRandom(1, choosing))
    .slice(0, mostImages)
    .toSorted((a, b) => a.imageId - b.imageId);
  const labels = examples.map(({ label }) => label);
  const { graph, statistics } = measuringTrunk(backbone);
  const layers = await layersOf(graph, backbone, { ...job, examples }, { signal, report });

  const total = stepsOf(blocks.length);
  let step = 0;
  const tell = (by: number) => {
    step += by;
    signal.throwIfAborted();
    report({ kind: 'phase', phase: 'layers', done: Math.min(total, Math.round(step)), total });
  };

  const { similarity, amount } = await measure(
    {
      ...{ layers, statistics, labels, classes },
      blocks: blocks.map(({ name }) => name),
      head: await loadHead(job.backbone, backbone.features),
      labelled: job.examples.length,
    },
    tell,
  );
  const speeds = {
    forward: await secondsForward(backbone),
    decode: await secondsToRead(job, backbone),
  };
  const costs = costsOf(backbone, speeds, { images: job.examples.length, classes });
  return {
    similarity,
    amount: { ...amount, imagesPerWeight: imagesPerWeight(costs, job.examples.length) },
    costs,
  };
}

/** Each output of the graph for all images, a row each. */
async function layersOf(
  trunk: Parameters<typeof extractFeatures>[0]['trunk'],
  { preprocessing }: Backbone,
  { examples, backbone, features }: AdviseJob,
  { signal, report }: JobContext,
): Promise<Matrix[]> {
  const caches = await extractFeatures({
    ...{ runtime, trunk, preprocessing, signal, report },
    weights: backbone.sha256,
    folder: features,
    examples: examples.map((example) => ({ ...example, split: 'test' })),
  });
  try {
    return caches.map(([cache]) => {
      const data = new Float32Array(examples.length * cache!.floats);
      for (const [i, { sha256 }] of examples.entries())
        cache!.read(sha256, data, i * cache!.floats);
      return { rows: examples.length, columns: cache!.floats, data };
    });
  } finally {
    for (const cache of caches.flat()) cache.close();
  }
}

async function secondsToRead(
  { examples }: AdviseJob,
  { preprocessing }: Backbone,
): Promise<number> {
  const paths = examples.slice(0, 8).map(({ path }) => path);
  const began = performance.now();
  await Promise.all(paths.map((path) => loadPixels(path, preprocessing)));
  return (performance.now() - began) / 1000 / paths.length;
}
