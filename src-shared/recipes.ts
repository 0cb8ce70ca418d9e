/** The recipes of transfer learning that Graft trains, and the settings with which each begins. */
import { assertNever } from './errors.ts';
import { type TrainSettings, trainSettings } from './train-settings.ts';

export { storedSettings, type TrainSettings, trainSettings } from './train-settings.ts';

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

/** Where only the last layer is trained, on features that fit into memory many times over. */
const unusedByHead = [
  'backboneLearningRate',
  'blocks',
  'layerDecay',
  'headEpochs',
  'headLearningRate',
  'warmup',
  'microBatch',
  'cutmix',
  'halfPrecision',
] as const;

export const recipes: Readonly<Record<RecipeName, Recipe>> = {
  'feature-extraction': {
    title: 'Feature extraction',
    summary: 'Keeps the network as it is and learns a new last layer.',
    unused: unusedByHead,
  },
  'early-features': {
    title: 'Early features',
    summary:
      'Reads an early layer, the one that tells your pictures apart best, and drops the rest.',
    unused: unusedByHead,
  },
  'fine-tune-top': {
    title: 'Fine-tune top',
    summary: 'Also adapts the last blocks of the network to your pictures.',
    unused: [],
  },
  'fine-tune-all': {
    title: 'Fine-tune all',
    summary: 'Adapts every block of the network gently, and learns a new last layer: slow.',
    unused: ['blocks', 'views', 'precision'],
  },
  'from-scratch': {
    title: 'From scratch',
    summary:
      'Keeps only the shape of the network and learns everything anew: slow, and needs many pictures.',
    unused: [
      'backboneLearningRate',
      'blocks',
      'layerDecay',
      'headEpochs',
      'headLearningRate',
      'views',
      'precision',
    ],
  },
};

const common = {
  batchSize: 32,
  warmup: 0,
  layerDecay: 1,
  headEpochs: 60,
  headLearningRate: 1e-3,
  restoreBest: true,
  weightDecay: 0.01,
  dropout: 0.5,
  labelSmoothing: 0,
  clipNorm: 0,
  classBalance: 'none',
  blocks: 2,
  microBatch: 0,
  views: 1,
  flips: 'horizontal',
  cropScale: 0.5,
  rotation: 0,
  colourJitter: 0.2,
  mixup: 0,
  cutmix: 0,
  precision: 'exact',
  halfPrecision: false,
  device: 'auto',
  runtime: 'auto',
  folds: 0,
  repeats: 1,
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
  // How they were chosen: docs/training.md.
  'fine-tune-top': {
    ...common,
    epochs: 10,
    optimizer: 'adamw',
    learningRate: 1e-3,
    backboneLearningRate: 3e-4,
    warmup: 1,
    labelSmoothing: 0.1,
    clipNorm: 1,
    blocks: 4,
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

/** How many of a network's blocks a recipe leaves as they are; `adapted` is the setting of fine-tune-top. */
export function frozenBlocks(recipe: RecipeName, adapted: number, blocks: number): number {
  if (recipe === 'fine-tune-all' || recipe === 'from-scratch') return 0;
  return recipe === 'fine-tune-top' ? Math.max(1, blocks - adapted) : blocks;
}
