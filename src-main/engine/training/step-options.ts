/** What the settings of a run ask of its training step. */
import type { TrainSettings } from '../../../src-shared/recipes.ts';
import type { StepOptions, Trainable } from '../autodiff/step.ts';
import type { Features } from '../features/features.ts';
import type { Graph } from '../graph/graph.ts';
import { head } from '../graph/head.ts';
import { layerDecays } from '../recipes/depth.ts';
import { parametersOf } from '../recipes/parameters.ts';
import type { TailPlan } from '../recipes/plan.ts';
import { inverseFrequencies } from './class-balance.ts';
import { mixes } from './mixing.ts';

interface StepBasis {
  readonly settings: TrainSettings;
  readonly start?: TailPlan['start'];
  /** Values that leave the backbone's blocks, from the stem. */
  readonly blocks?: readonly string[];
  readonly classes: number;
  readonly features: Pick<Features, 'dims'>;
  /** Class of each example. */
  readonly labels: readonly number[];
  readonly split: { readonly train: readonly number[] };
  readonly half?: boolean;
}

/** @param forward from features to logits */
export function stepOptionsOf(forward: Graph, options: StepBasis): StepOptions {
  const { settings, start, blocks = [], classes, features, labels, split } = options;
  const rateScales = layerDecays(forward, blocks, settings.layerDecay);
  const trainable = parametersOf(forward).map((parameter): Trainable => {
    const { name } = parameter;
    if (name === head.weight || name === head.bias) return { ...parameter, group: 'head' };
    return { ...parameter, group: 'backbone', rateScale: rateScales.get(name) ?? 1 };
  });
  const trainLabels = split.train.map((example) => labels[example]!);
  return {
    ...settings,
    logits: head.logits,
    trainable,
    mixes: mixes(settings, features.dims),
    half: options.half ? 'computed' : undefined,
    statistics: start === 'random' ? 'batch' : 'frozen',
    classWeights:
      settings.classBalance === 'weights' ? inverseFrequencies(trainLabels, classes) : undefined,
  };
}
