/** What a run trains, and on what: the recipe's plan carried out up to the training itself. */
import { augmentationOf, viewsOf } from '../../../src-shared/augmentation.ts';
import type { Quantisation } from '../../../src-shared/domain.ts';
import { assertNever } from '../../../src-shared/errors.ts';
import { type Backbone, imageInput } from '../backbones/backbone.ts';
import { type ExtractOptions, extractFeatures, featureDims } from '../features/extract.ts';
import { type FeatureReader, type KnownFeatures, openFeatures } from '../features/features.ts';
import { openPixels } from '../features/pixels.ts';
import { cut } from '../graph/cut.ts';
import type { Graph } from '../graph/graph.ts';
import type { Example, TrainJob, TrainResult } from '../protocol.ts';
import { endingAt, pooledBlocks } from '../recipes/early-features.ts';
import { type EarlyPlan, plan, type TailPlan } from '../recipes/plan.ts';
import { onnxruntime } from '../runtimes/onnxruntime.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { chooseLayer } from '../training/choose-layer.ts';
import type { TailOptions } from '../training/train-tail.ts';
import { withWaiting } from './alongside.ts';
import { fastFeatures } from './fast-features.ts';
import type { JobContext } from './job.ts';

export interface Prepared {
  /** The network below the new head: as it was, or the part of it that is used. */
  readonly backbone: Backbone;
  readonly tail: TailOptions['tail'];
  readonly start: TailPlan['start'];
  readonly features: TailOptions['features'];
  readonly trained: string;
  readonly trainedBlocks: number;
  /** What a fast run has run in the place of what is below the cut; null for an exact one. */
  readonly fast: Frozen['fast'];
  /** How well each of the layers does that were chosen from; null where there was no choice. */
  readonly layers: TrainResult['layers'];
  close(): void;
}

interface Task {
  /** What runs what is frozen. */
  readonly runtime: Runtime;
  readonly job: TrainJob;
  readonly backbone: Backbone;
  /** In the order in which the features are numbered. */
  readonly examples: readonly Example[];
  readonly context: JobContext;
}

export async function prepare(task: Task): Promise<Prepared> {
  const { job, backbone } = task;
  const planned = plan(job.recipe, job.settings, backbone);
  switch (planned.kind) {
    case 'early':
      return prepareEarly(task, planned);
    case 'tail':
      return planned.cut === imageInput ? prepareWhole(task, planned) : prepareTail(task, planned);
    default:
      return assertNever(planned);
  }
}

/** Everything but the part of the network that is run. */
function extraction({
  runtime,
  job,
  backbone,
  examples,
  context,
}: Task): Omit<ExtractOptions, 'trunk'> {
  return {
    runtime,
    weights: job.backbone.sha256,
    preprocessing: backbone.preprocessing,
    folder: job.features,
    examples,
    views: {
      count: viewsOf(job.settings),
      augmentation: augmentationOf(job.settings),
      seed: job.settings.seed,
    },
    ...context,
  };
}

/** The features at the outputs of a trunk. */
interface Frozen {
  readonly layers: readonly KnownFeatures[];
  readonly fast: { readonly trunk: Graph; readonly quantisation: Quantisation } | null;
  close(): void;
}

async function freeze(task: Task, trunk: Graph): Promise<Frozen> {
  const { job, examples } = task;
  const options = { ...extraction(task), trunk };
  const opened = (caches: readonly (readonly FeatureReader[])[]) =>
    caches.map((ofViews, i) =>
      openFeatures(ofViews, examples, featureDims(trunk.outputs[i]!), job.settings.seed),
    );
  if (job.settings.precision === 'fast') {
    const names = { backbone: job.backbone.name, classes: job.classes.length };
    const { layers, close, ...fast } = await fastFeatures({
      ...{ ...options, ...names },
      runtime: onnxruntime, // 8 bits are the processor's
    });
    return { layers: opened(layers), fast, close };
  }
  const caches = await extractFeatures({
    ...options,
    trunk: withWaiting(task.backbone, trunk, job),
  });
  const own = caches.slice(0, trunk.outputs.length);
  for (const cache of caches.slice(own.length).flat()) cache.close();
  const close = () => {
    for (const cache of own.flat()) cache.close();
  };
  return { layers: opened(own), fast: null, close };
}

async function prepareTail(task: Task, planned: TailPlan): Promise<Prepared> {
  const { backbone } = task;
  const { trunk, tail } = cut(backbone.graph, planned.cut);
  const { layers, fast, close } = await freeze(task, trunk);
  return { ...planned, layers: null, backbone, tail, features: layers[0]!, fast, close };
}

/** No part of the network is frozen, so there is nothing to be cached but the pictures. */
function prepareWhole(
  { job: { settings }, backbone, examples }: Task,
  planned: TailPlan,
): Prepared {
  return {
    ...planned,
    layers: null,
    backbone,
    tail: cut(backbone.graph, planned.cut).tail,
    features: openPixels(examples, backbone.preprocessing, {
      augmentation: augmentationOf(settings),
      seed: settings.seed,
    }),
    fast: null,
    close: () => {},
  };
}

async function prepareEarly(task: Task, { candidates }: EarlyPlan): Promise<Prepared> {
  const { job, backbone, examples, context } = task;
  const trunk = pooledBlocks(backbone, candidates);
  const { layers, fast, close } = await freeze(task, trunk);
  try {
    const { best, qualities } = await chooseLayer({
      runtime: onnxruntime,
      layers,
      labels: examples.map(({ label }) => label),
      classes: job.classes.length,
      train: examples.flatMap(({ split }, at) => (split === 'train' ? [at] : [])),
      settings: job.settings,
      signal: context.signal,
      onLayer: (done) =>
        context.report({ kind: 'phase', phase: 'layers', done, total: layers.length }),
    });
    const block = candidates[best]!;
    const lower = endingAt(backbone, block);
    return {
      backbone: lower,
      tail: cut(lower.graph, lower.graph.outputs[0]!.name).tail,
      start: 'learned',
      features: layers[best]!,
      trained: `classifier on ${block.name}`,
      trainedBlocks: 0,
      fast,
      layers: candidates.map(({ name }, i) => ({ block: name, ...qualities[i]! })),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
