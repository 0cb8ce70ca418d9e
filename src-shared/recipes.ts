/** The recipes of transfer learning that Graft trains, and every setting a person can turn. */
import { z } from 'zod';
import { assertNever } from './errors.ts';

/** From the one that changes the network least to the one that keeps nothing of it but its shape. */
export const recipeNames = [
  'feature-extraction',
  'early-features',
  'fine-tune-top',
  'fine-tune-all',
  'from-scratch',
] as const;
export type RecipeName = (typeof recipeNames)[number];

/** What is compared unless someone chooses otherwise: what suits few pictures, in minutes. */
export const usualRecipes: readonly RecipeName[] = ['feature-extraction', 'fine-tune-top'];

export interface Recipe {
  readonly title: string;
  /** One sentence for the card. */
  readonly summary: string;
  /** Settings that mean nothing to it. */
  readonly unused: readonly (keyof TrainSettings)[];
}

export const recipes: Readonly<Record<RecipeName, Recipe>> = {
  'feature-extraction': {
    title: 'Feature extraction',
    summary: 'Keeps the network as it is and learns a new last layer.',
    unused: ['backboneLearningRate', 'blocks', 'warmup'],
  },
  'early-features': {
    title: 'Early features',
    summary:
      'Reads an early layer, the one that tells your pictures apart best, and drops the rest.',
    unused: ['backboneLearningRate', 'blocks', 'warmup'],
  },
  'fine-tune-top': {
    title: 'Fine-tune top',
    summary: 'Also adapts the last blocks of the network to your pictures.',
    unused: [],
  },
  'fine-tune-all': {
    title: 'Fine-tune all',
    summary: 'Adapts every block of the network gently, and learns a new last layer: slow.',
    unused: ['blocks'],
  },
  'from-scratch': {
    title: 'From scratch',
    summary:
      'Keeps only the shape of the network and learns everything anew: slow, and needs many pictures.',
    unused: ['backboneLearningRate', 'blocks'],
  },
};

/** Forms are derived from this schema: `title` and `description` of each field's metadata are shown. */
export const trainSettings = z.object({
  epochs: z.int().min(1).max(1000).meta({
    title: 'Epochs',
    description: 'Passes over all training pictures, at most.',
  }),
  batchSize: z.int().min(1).max(1024).meta({
    title: 'Batch size',
    description: 'Pictures per optimizer step.',
  }),
  optimizer: z.enum(['adamw', 'sgd']).meta({
    title: 'Optimizer',
    description: 'AdamW, or SGD with momentum 0.9.',
  }),
  learningRate: z.number().positive().max(10).meta({
    title: 'Learning rate',
    description: 'Of the last layer, at its highest; it falls to zero by the last epoch.',
  }),
  backboneLearningRate: z.number().positive().max(10).meta({
    title: 'Learning rate of adapted blocks',
    description:
      'Smaller than that of the last layer, so that what the network knows is bent, not broken.',
  }),
  warmup: z.int().min(0).max(1000).meta({
    title: 'Warm-up',
    description: 'Epochs in which the learning rates rise from zero.',
  }),
  weightDecay: z.number().min(0).max(1).meta({
    title: 'Weight decay',
    description: 'Pulls weights towards zero; spares biases and normalisation.',
  }),
  dropout: z.number().min(0).max(0.9).meta({
    title: 'Dropout',
    description: 'Share of the features that is hidden from the last layer at each step.',
  }),
  blocks: z.int().min(1).max(100).meta({
    title: 'Blocks to adapt',
    description: 'Counted from the top.',
  }),
  patience: z.int().min(1).max(1000).meta({
    title: 'Patience',
    description: 'Epochs without a better validation loss before training stops early.',
  }),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .meta({
      title: 'Seed',
      description: 'The same seed on the same machine gives the same numbers.',
    }),
});
export type TrainSettings = z.infer<typeof trainSettings>;

const common = {
  batchSize: 32,
  warmup: 0,
  weightDecay: 0.01,
  dropout: 0.5,
  blocks: 2,
  seed: 1,
} as const;
/** Pictures go through the whole network, whose maps are kept until the step is over: fewer at a time. */
const whole = { ...common, batchSize: 16, warmup: 1 } as const;

export const defaultSettings: Readonly<Record<RecipeName, TrainSettings>> = {
  'feature-extraction': {
    ...common,
    epochs: 60,
    optimizer: 'adamw',
    learningRate: 1e-3,
    backboneLearningRate: 5e-5,
    patience: 10,
  },
  'early-features': {
    ...common,
    epochs: 200,
    optimizer: 'adamw',
    learningRate: 3e-3,
    backboneLearningRate: 5e-5,
    patience: 20,
    dropout: 0,
  },
  'fine-tune-top': {
    ...common,
    epochs: 10,
    optimizer: 'adamw',
    learningRate: 3e-4,
    backboneLearningRate: 5e-5,
    patience: 4,
  },
  'fine-tune-all': {
    ...whole,
    epochs: 10,
    optimizer: 'adamw',
    learningRate: 3e-4,
    backboneLearningRate: 3e-5,
    patience: 4,
  },
  'from-scratch': {
    ...whole,
    epochs: 60,
    warmup: 3,
    optimizer: 'adamw',
    learningRate: 1e-3,
    backboneLearningRate: 1e-3,
    patience: 15,
  },
};

/** How many blocks, from the stem, a recipe for early features chooses from. */
export const earlyBlocks = (blocks: number): number => Math.ceil(blocks / 2);

/** What becomes of a network's blocks: the first ones stay as they are, those above them are changed. */
export interface BlockUse {
  /** The first so many are part of the trained network; at most, where a layer has yet to be chosen. */
  readonly used: number;
  /** How many of these, from the top, are trained. */
  readonly trained: number;
  /** Do they start from random weights? */
  readonly anew: boolean;
}

export function blockUse(
  recipe: RecipeName,
  settings: Pick<TrainSettings, 'blocks'>,
  blocks: number,
): BlockUse {
  switch (recipe) {
    case 'feature-extraction':
      return { used: blocks, trained: 0, anew: false };
    case 'early-features':
      return { used: earlyBlocks(blocks), trained: 0, anew: false };
    case 'fine-tune-top':
      // The stem always stays.
      return { used: blocks, trained: Math.min(settings.blocks, blocks - 1), anew: false };
    case 'fine-tune-all':
      return { used: blocks, trained: blocks, anew: false };
    case 'from-scratch':
      return { used: blocks, trained: blocks, anew: true };
    default:
      return assertNever(recipe);
  }
}

/** All settings of a run from those that differ from the recipe's own. */
export function completeSettings(
  recipe: RecipeName,
  changes: { readonly [K in keyof TrainSettings]?: TrainSettings[K] | undefined },
): TrainSettings {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return trainSettings.parse({ ...defaultSettings[recipe], ...Object.fromEntries(given) });
}

/** What a run did that is older than the setting: it was trained without. */
const beforeTheyWere = { warmup: 0 } as const satisfies Partial<TrainSettings>;

/** The settings of a stored run, whichever of them there were when it was set up. */
export const storedSettings = (stored: Partial<TrainSettings>): TrainSettings =>
  trainSettings.parse({ ...beforeTheyWere, ...stored });
