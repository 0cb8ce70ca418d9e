/**
 * Training what is above the cut, with a new last layer.
 *
 * The last layer comes first, on the features as they are: that takes a second, and is all there is to
 * feature extraction. Where blocks are adapted too, they follow with the layer so trained: started from a
 * random one they would be bent towards its noise (Kumar et al. 2022, "Fine-tuning can distort
 * pretrained features and underperform out-of-distribution").
 *
 * Where nothing is kept of what the network has learned, all begins at random, and batch normalisations
 * learn from the batches.
 */
import { availableParallelism } from 'node:os';
import type { Epoch } from '../../../src-shared/domain.ts';
import type { TrainSettings } from '../../../src-shared/recipes.ts';
import { type Features, inMemory } from '../features/features.ts';
import { cut } from '../graph/cut.ts';
import type { Graph } from '../graph/graph.ts';
import { appendHead, head } from '../graph/head.ts';
import { float32 } from '../graph/tensor.ts';
import { heInitialised } from '../recipes/initialise.ts';
import type { TailPlan } from '../recipes/plan.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { Checkpoint } from './checkpoint.ts';
import { endRows } from './end-features.ts';
import { type Fitted, fit } from './fit.ts';
import { batchSize as evaluatedAtOnce, Network, type Weights } from './network.ts';
import { appendStandard, foldStandard, standardOf } from './standardise.ts';
import { stepOptionsOf } from './step-options.ts';
import { openTrainer } from './trainer.ts';

/** Always as many as the machine has: the order of additions, and so the numbers, depend on it. */
const threads = availableParallelism();

export interface TailOptions {
  readonly runtime: Runtime;
  /** From the cut to N x F features, its only output; without nodes when the cut is there. */
  readonly tail: Graph;
  readonly start?: TailPlan['start'];
  /** At the cut. */
  readonly features: Features;
  /** Class of each example. */
  readonly labels: readonly number[];
  readonly classes: number;
  /** Indices of examples. */
  readonly split: {
    readonly train: readonly number[];
    readonly validation: readonly number[];
    readonly test: readonly number[];
  };
  readonly settings: TrainSettings;
  /** Values that leave the backbone's blocks, from the stem: rates may fall from the last one downwards. */
  readonly blocks?: readonly string[];
  /** How many pictures of a batch are computed at once; all of them when absent. */
  readonly microBatch?: number;
  /** Are products computed in half precision, while blocks are trained? */
  readonly half?: boolean;
  readonly signal: AbortSignal;
  /** Where it stood when it was interrupted. */
  readonly from?: Checkpoint | undefined;
  readonly keep?: ((checkpoint: Checkpoint) => Promise<void>) | undefined;
  readonly onEpoch: (epoch: Epoch) => void;
  /** Epochs of the last layer alone, where it is trained first. */
  readonly onHeadEpoch?: (epoch: number) => void;
}

export interface TrainedTail extends Fitted {
  /** Of the test examples, read once, with the best weights. */
  readonly testLogits: readonly Float32Array[];
  readonly validationLogits: readonly Float32Array[];
}

export async function trainTail(options: TailOptions): Promise<TrainedTail> {
  return options.start === 'random' ? trainAnew(options) : trainOn(options);
}

async function trainAnew(options: TailOptions): Promise<TrainedTail> {
  const { tail, classes, settings } = options;
  const untrained = zeroHead(classes, tail.outputs[0]!.dims[1] as number);
  const { [head.weight]: weight, [head.bias]: bias } = untrained;
  return fitGraph(appendHead(heInitialised(tail, settings.seed), weight!, bias!), {
    ...options,
    settings: { ...settings, backboneLearningRate: settings.learningRate },
  });
}

/** Starts from what the network knows. */
async function trainOn(options: TailOptions): Promise<TrainedTail> {
  const { tail, split, settings } = options;
  const ends = await endFeatures(options);
  const standard = standardOf(
    await Promise.all(split.train.map(async (example) => ends.gather([example]))),
  );
  const withHead = (graph: Graph, weights: Weights) =>
    appendHead(appendStandard(graph, standard), weights[head.weight]!, weights[head.bias]!);

  const untrained = zeroHead(options.classes, ends.dims[0]!);
  const lastLayer = withHead(cut(tail, tail.outputs[0]!.name).tail, untrained);
  let trained: TrainedTail;
  if (tail.nodes.length === 0) {
    trained = await fitGraph(lastLayer, { ...options, features: ends });
  } else {
    // What was kept of an interrupted training has the last layer in it.
    const asItIs = settings.headEpochs === 0 || options.from;
    const weights = asItIs ? untrained : await headFirst(lastLayer, ends, options);
    trained = await fitGraph(withHead(tail, weights), options);
  }
  return { ...trained, weights: foldStandard(trained.weights, standard) };
}

/** The last layer alone, with the settings of the run as far as they concern it. */
async function headFirst(lastLayer: Graph, ends: Features, options: TailOptions): Promise<Weights> {
  const { headEpochs, headLearningRate } = options.settings;
  const { weights } = await fitGraph(lastLayer, {
    ...options,
    features: ends,
    settings: {
      ...options.settings,
      epochs: headEpochs,
      learningRate: headLearningRate,
      warmup: 0,
      // It is over in a second or two: its best epoch is looked for among all of them.
      patience: headEpochs,
      restoreBest: true,
      mixup: 0,
      cutmix: 0,
    },
    microBatch: options.settings.batchSize,
    half: false,
    split: { ...options.split, test: [] },
    keep: undefined,
    onEpoch: ({ epoch }) => options.onHeadEpoch?.(epoch),
  });
  return weights;
}

/** At first every class is equally likely, which depends on no seed and is as good a start as any. */
function zeroHead(classes: number, width: number): Weights {
  return {
    [head.weight]: float32([classes, width], new Float32Array(classes * width)),
    [head.bias]: float32([classes], new Float32Array(classes)),
  };
}

/** What the untrained tail makes of the examples to train on and to validate with; zeros for the others. */
async function endFeatures(options: TailOptions): Promise<Features> {
  const { tail, features, labels, split } = options;
  if (tail.nodes.length === 0) return features;
  const width = tail.outputs[0]!.dims[1] as number;
  const all = new Float32Array(labels.length * width);
  const examples = [...split.train, ...split.validation];
  const rows = await endRows({ ...options, weights: {}, examples });
  for (const [i, row] of rows.entries()) all.set(row, examples[i]! * width);
  return inMemory(all, [width]);
}

/** Trains all parameters of a graph from features to logits, starting from its initializers. */
async function fitGraph(forward: Graph, options: TailOptions): Promise<TrainedTail> {
  const { runtime, features, split, settings, signal } = options;
  const { microBatch = settings.batchSize } = options;
  const step = stepOptionsOf(forward, options);
  // A device of its own has the features brought once, but for those that are mixed in pairs.
  const held = !runtime.apart || step.mixes ? undefined : features.held;
  const inParts = microBatch < settings.batchSize;
  const trainer = await openTrainer({
    ...{ ...settings, runtime, step, inParts, forward, features, held, threads },
  });
  try {
    const atOnce = Math.min(evaluatedAtOnce, microBatch);
    const network = await Network.open(runtime, forward, trainer.names, threads, atOnce);
    try {
      const fitted = await fit({
        ...options,
        ...split,
        ...{ trainer, network, microBatch, classWeights: step.classWeights },
      });
      const logits = (examples: readonly number[]) =>
        network.rows(fitted.weights, features, examples, signal);
      return {
        ...fitted,
        testLogits: await logits(split.test),
        validationLogits: await logits(split.validation),
      };
    } finally {
      await network.close();
    }
  } finally {
    await trainer.close();
  }
}
