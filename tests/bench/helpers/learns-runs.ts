/** The runs of `learns`: every recipe on two sets, over five seeds, by Graft and by PyTorch. */
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeSettings, type RecipeName, recipeNames } from '../../../src-shared/recipes.ts';
import { drawnExamples } from './labelled-sets/examples.ts';
import type { Torch } from './reference.ts';
import { smallBackbone } from './small-backbone.ts';
import { trainOnce } from './train-once.ts';

export const network = 'efficientnet_lite0';
/** Side of the pictures as the network sees them. */
export const size = 64;
/** Labelled pictures of each class, three quarters of them to train on; and beside them those of the test. */
export const perClass = 20;
const testPerClass = 40;
export const seeds = [1, 2, 3, 4, 5] as const;
export const sets = ['emoji', 'digits'] as const;
export const sides = ['graft', 'pytorch'] as const;

export interface Wanted {
  readonly set: (typeof sets)[number];
  readonly recipe: RecipeName;
  /** Of the split as of the training. */
  readonly seed: number;
  readonly side: (typeof sides)[number];
}
export interface LearnsLine extends Wanted {
  readonly accuracy: number;
  readonly tested: number;
  readonly seconds: number;
}

/** What differs from a recipe's own settings, to be done on two cores in an hour or two. */
const budgets: Readonly<Partial<Record<RecipeName, object>>> = {
  'early-features': { epochs: 40 },
  'fine-tune-top': { epochs: 6 },
  'fine-tune-all': { epochs: 6 },
  'from-scratch': { epochs: 8 },
};

/** Seed by seed, so that whenever it is stopped there is something of every recipe. */
export const planned: readonly Wanted[] = seeds.flatMap((seed) =>
  recipeNames.flatMap((recipe) =>
    sets.flatMap((set) => sides.map((side) => ({ set, recipe, seed, side }))),
  ),
);

/** @param python null where there is none: then PyTorch's runs are left out */
export async function learn(wanted: Wanted, python: Torch | null): Promise<LearnsLine | null> {
  const { set, recipe, seed, side } = wanted;
  const settings = completeSettings(recipe, { ...budgets[recipe], seed });
  const { classes, examples } = await drawnExamples({
    ...{ set, perClass, testPerClass, seed },
    most: perClass,
    least: perClass,
  });
  const small = await smallBackbone(network, size);
  if (side === 'graft') {
    const features = join(tmpdir(), 'graft-learns-features', set);
    const once = await trainOnce(small, { recipe, settings, classes, examples, features });
    return { ...wanted, accuracy: once.accuracy, tested: once.tested, seconds: once.seconds };
  }
  if (!python) return null;
  const began = performance.now();
  const accuracy = await python.call('learned', {
    ...{ network, recipe, settings, examples },
    weights: small.file.weights,
    preprocessing: small.backbone.preprocessing,
    classes: classes.length,
    threads: availableParallelism(),
  });
  return {
    ...wanted,
    accuracy: Number(accuracy.toFixed(4)),
    tested: examples.filter(({ split }) => split === 'test').length,
    seconds: Math.round((performance.now() - began) / 100) / 10,
  };
}
