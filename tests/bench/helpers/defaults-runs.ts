/** The runs of `defaults`: fine-tune top with one setting changed at a time, on two networks and three sets. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeSettings, type RecipeName } from '../../../src-shared/recipes.ts';
import type { TrainSettings } from '../../../src-shared/train-settings.ts';
import { drawnExamples } from './labelled-sets/examples.ts';
import { smallBackbone } from './small-backbone.ts';
import { trainOnce } from './train-once.ts';

export const networks = ['efficientnet_lite0', 'mobilenet_v2'] as const;
export const sets = ['emoji', 'digits', 'foods'] as const;
export const seeds = [1, 2, 3] as const;
/** Side of the pictures as the networks see them. */
const size = 128;
/** Labelled pictures of each class, three quarters of them to train on; and beside them those of the test. */
export const perClass = 20;
export const testPerClass = 25;

export interface Variant {
  readonly name: string;
  readonly recipe: RecipeName;
  readonly changes: Partial<TrainSettings>;
}
export const variants: readonly Variant[] = [
  { name: 'feature extraction', recipe: 'feature-extraction', changes: {} },
  { name: 'fine-tune top as it is', recipe: 'fine-tune-top', changes: {} },
  { name: 'blocks at 1e-4', recipe: 'fine-tune-top', changes: { backboneLearningRate: 1e-4 } },
  { name: 'blocks at 1e-3', recipe: 'fine-tune-top', changes: { backboneLearningRate: 1e-3 } },
  { name: 'head not trained first', recipe: 'fine-tune-top', changes: { headEpochs: 0 } },
  { name: '20 epochs', recipe: 'fine-tune-top', changes: { epochs: 20, patience: 8 } },
];

export interface Wanted {
  readonly network: (typeof networks)[number];
  readonly set: (typeof sets)[number];
  readonly variant: string;
  /** Of the split as of the training. */
  readonly seed: number;
}
export interface DefaultsLine extends Wanted {
  readonly accuracy: number;
  readonly tested: number;
  readonly epochs: number;
  readonly seconds: number;
}

/** Seed by seed, so that whenever it is stopped there is something of every variant. */
export const planned: readonly Wanted[] = seeds.flatMap((seed) =>
  networks.flatMap((network) =>
    sets.flatMap((set) => variants.map(({ name }) => ({ network, set, variant: name, seed }))),
  ),
);

export async function tryVariant(wanted: Wanted): Promise<DefaultsLine> {
  const { network, set, variant, seed } = wanted;
  const { recipe, changes } = variants.find(({ name }) => name === variant)!;
  const { classes, examples } = await drawnExamples({
    ...{ set, perClass, testPerClass, seed },
    most: perClass,
    least: perClass,
  });
  const { accuracy, tested, epochs, seconds } = await trainOnce(
    await smallBackbone(network, size),
    {
      recipe,
      settings: completeSettings(recipe, { ...changes, seed }),
      classes,
      examples,
      features: join(tmpdir(), 'graft-defaults-features', `${network}-${set}`),
    },
  );
  return { ...wanted, accuracy, tested, epochs, seconds };
}
