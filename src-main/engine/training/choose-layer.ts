/** Which layer's features a linear classifier reads best: cross-validation on the training pictures. */
import { StudioError } from '../../../src-shared/errors.ts';
import type { TrainSettings } from '../../../src-shared/recipes.ts';
import type { Features } from '../features/features.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { type Quality, quality } from './classification.ts';
import { seededRandom, shuffled } from './random.ts';
import { trainTail } from './train-tail.ts';

export interface LayerChoice {
  readonly runtime: Runtime;
  /** Of each candidate, one vector for each example. */
  readonly layers: readonly Features[];
  /** Class of each example. */
  readonly labels: readonly number[];
  readonly classes: number;
  /** Indices of the examples to train on: no other is looked at. */
  readonly train: readonly number[];
  readonly settings: TrainSettings;
  readonly signal: AbortSignal;
  /** How many of the layers have been judged. */
  readonly onLayer?: (done: number) => void;
}

export interface ChosenLayer {
  /** Index of the layer with the highest accuracy; among equals of the one with the lowest loss. */
  readonly best: number;
  /** Over all folds, each judged by a classifier that has not seen it. */
  readonly qualities: readonly Quality[];
}

const mostFolds = 5;
/** One fold to test on, one to find the best epoch with, and at least one to train on. */
const fewestFolds = 3;
/** Stream of the seed. */
const dealing = 4;

/** @throws StudioError when there are fewer than three pictures to train on */
export async function chooseLayer(options: LayerChoice): Promise<ChosenLayer> {
  const { layers, train, labels, settings } = options;
  const count = Math.min(mostFolds, train.length);
  if (count < fewestFolds) {
    throw new StudioError(
      'refused',
      `Choosing a layer needs at least ${fewestFolds} pictures to train on, and there are ${train.length}: label more pictures.`,
    );
  }
  const folds = stratifiedFolds(train, labels, count, settings.seed);
  const qualities: Quality[] = [];
  for (const layer of layers) {
    options.onLayer?.(qualities.length);
    qualities.push(await crossValidated(layer, folds, options));
  }
  const best = qualities.reduce((leader, { accuracy, loss }, at) => {
    const before = qualities[leader]!;
    const better =
      accuracy > before.accuracy || (accuracy === before.accuracy && loss < before.loss);
    return better ? at : leader;
  }, 0);
  return { best, qualities };
}

/** Deals each class's examples in random order to the folds in turn: their sizes differ by at most one. */
export function stratifiedFolds(
  examples: readonly number[],
  labels: readonly number[],
  count: number,
  seed: number,
): number[][] {
  const random = seededRandom(seed, dealing);
  const byClass = shuffled(examples, random).toSorted((a, b) => labels[a]! - labels[b]!);
  return Array.from({ length: count }, (_, fold) =>
    byClass.filter((_, place) => place % count === fold),
  );
}

async function crossValidated(
  layer: Features,
  folds: readonly (readonly number[])[],
  { runtime, labels, classes, settings, signal }: LayerChoice,
): Promise<Quality> {
  const g = new GraphBuilder('layer');
  const dims = ['batch', layer.dims[0]!];
  g.output(g.input('features', dims), dims);
  const tail = g.build();

  const logits: Float32Array[] = [];
  for (const [at, test] of folds.entries()) {
    const validation = folds[(at + 1) % folds.length]!;
    const split = {
      train: folds.filter((fold) => fold !== test && fold !== validation).flat(),
      validation,
      test,
    };
    const { testLogits } = await trainTail({
      ...{ runtime, tail, features: layer, labels, classes, split, settings, signal },
      onEpoch: () => {},
    });
    logits.push(...testLogits);
  }
  const held = folds.flat();
  return quality(
    logits,
    held.map((example) => labels[example]!),
  );
}
