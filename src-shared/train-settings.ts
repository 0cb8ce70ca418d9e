/** Every setting of a run that a person can turn. */
import { z } from 'zod';
import { deviceChoice } from './devices.ts';
import { runtimeChoice } from './runtimes.ts';

/** How a form is divided. The first is always in sight, the others open on demand. */
export const settingGroups = {
  main: 'Usual',
  schedule: 'Schedule',
  overfitting: 'Against overfitting',
  augmentation: 'Augmentation',
  pictures: 'Pictures and memory',
  certainty: 'How sure the numbers are',
} as const;
export type SettingGroup = keyof typeof settingGroups;

interface Words {
  readonly title: string;
  /** One sentence or two. */
  readonly description: string;
  readonly group: SettingGroup;
  /** What the choices of an enumeration are called on screen. */
  readonly names?: Readonly<Record<string, string>>;
}

const words = (meta: Words) => ({ ...meta });

/** With fewer there would be none to train on beside the fold that tests and the one that validates. */
const leastFolds = 3;

/** Forms and flags are derived from this schema and the words of its fields. */
export const trainSettings = z.object({
  epochs: z
    .int()
    .min(1)
    .max(1000)
    .meta(
      words({
        title: 'Epochs',
        description: 'Passes over all training pictures, at most.',
        group: 'main',
      }),
    ),
  batchSize: z
    .int()
    .min(1)
    .max(1024)
    .meta(
      words({
        title: 'Batch size',
        description: 'Pictures per optimizer step.',
        group: 'main',
      }),
    ),
  learningRate: z
    .number()
    .positive()
    .max(10)
    .meta(
      words({
        title: 'Learning rate',
        description: 'Of the last layer, at its highest; it falls to zero by the last epoch.',
        group: 'main',
      }),
    ),
  backboneLearningRate: z
    .number()
    .positive()
    .max(10)
    .meta(
      words({
        title: 'Learning rate of adapted blocks',
        description:
          'Smaller than that of the last layer, so that what the network knows is bent, not broken.',
        group: 'main',
      }),
    ),
  blocks: z
    .int()
    .min(1)
    .max(100)
    .meta(words({ title: 'Blocks to adapt', description: 'Counted from the top.', group: 'main' })),
  patience: z
    .int()
    .min(1)
    .max(1000)
    .meta(
      words({
        title: 'Patience',
        description: 'Epochs without a better validation loss before training stops early.',
        group: 'main',
      }),
    ),
  optimizer: z.enum(['adamw', 'sgd']).meta(
    words({
      title: 'Optimizer',
      description: 'AdamW, or SGD with momentum 0.9.',
      group: 'schedule',
      names: { adamw: 'AdamW', sgd: 'SGD' },
    }),
  ),
  warmup: z
    .int()
    .min(0)
    .max(1000)
    .meta(
      words({
        title: 'Warm-up',
        description: 'Epochs in which the learning rates rise from zero.',
        group: 'schedule',
      }),
    ),
  layerDecay: z
    .number()
    .positive()
    .max(1)
    .meta(
      words({
        title: 'Layer decay',
        description:
          'Each block learns at so many times the rate of the block above it; 1 for all alike.',
        group: 'schedule',
      }),
    ),
  headEpochs: z
    .int()
    .min(0)
    .max(1000)
    .meta(
      words({
        title: 'Last layer first',
        description:
          'Epochs in which it is trained alone, before the blocks are unfrozen; 0 for all at once.',
        group: 'schedule',
      }),
    ),
  headLearningRate: z
    .number()
    .positive()
    .max(10)
    .meta(
      words({
        title: 'Learning rate meanwhile',
        description: 'Of the last layer while it is trained alone.',
        group: 'schedule',
      }),
    ),
  restoreBest: z.boolean().meta(
    words({
      title: 'Keep the best epoch',
      description:
        'Ends with the weights of the epoch with the lowest validation loss, not of the last.',
      group: 'schedule',
    }),
  ),
  weightDecay: z
    .number()
    .min(0)
    .max(1)
    .meta(
      words({
        title: 'Weight decay',
        description: 'Pulls weights towards zero; spares biases and normalisation.',
        group: 'overfitting',
      }),
    ),
  dropout: z
    .number()
    .min(0)
    .max(0.9)
    .meta(
      words({
        title: 'Dropout',
        description: 'Share of the features that is hidden from the last layer at each step.',
        group: 'overfitting',
      }),
    ),
  labelSmoothing: z
    .number()
    .min(0)
    .max(0.5)
    .meta(
      words({
        title: 'Label smoothing',
        description: 'Share of each target that is spread over all labels, against overconfidence.',
        group: 'overfitting',
      }),
    ),
  clipNorm: z
    .number()
    .min(0)
    .max(1000)
    .meta(
      words({
        title: 'Gradient clipping',
        description: 'The longest that all gradients together may be; 0 for no limit.',
        group: 'overfitting',
      }),
    ),
  views: z
    .int()
    .min(1)
    .max(64)
    .meta(
      words({
        title: 'Views per picture',
        description:
          'How many versions of each training picture the frozen part sees once and keeps, the plain one among them; 1 for no others.',
        group: 'augmentation',
      }),
    ),
  flips: z.enum(['none', 'horizontal', 'both']).meta(
    words({
      title: 'Flips',
      description: 'Mirrors every second view, left to right or also upside down.',
      group: 'augmentation',
      names: { none: 'None', horizontal: 'Left to right', both: 'Both ways' },
    }),
  ),
  cropScale: z
    .number()
    .min(0.05)
    .max(1)
    .meta(
      words({
        title: 'Smallest crop',
        description: 'Share of the picture that a view shows at least; 1 for no cropping.',
        group: 'augmentation',
      }),
    ),
  rotation: z
    .number()
    .min(0)
    .max(180)
    .meta(
      words({
        title: 'Rotation',
        description: 'Turns a view by up to so many degrees either way.',
        group: 'augmentation',
      }),
    ),
  colourJitter: z
    .number()
    .min(0)
    .max(1)
    .meta(
      words({
        title: 'Colour jitter',
        description:
          'By how much brightness, contrast and saturation vary: 0.2 for factors from 0.8 to 1.2.',
        group: 'augmentation',
      }),
    ),
  mixup: z
    .number()
    .min(0)
    .max(10)
    .meta(
      words({
        title: 'Mixup',
        description:
          'Blends pictures, or their features, in pairs with their labels; 0.2 is usual, 0 for none.',
        group: 'augmentation',
      }),
    ),
  cutmix: z
    .number()
    .min(0)
    .max(10)
    .meta(
      words({
        title: 'CutMix',
        description:
          'Pastes a part of one picture into another and shares the label by area; 1 is usual, 0 for none.',
        group: 'augmentation',
      }),
    ),
  classBalance: z.enum(['none', 'weights', 'sampling']).meta(
    words({
      title: 'Unequal labels',
      description:
        'Rare labels can count for more in the loss, or their pictures be drawn more often.',
      group: 'pictures',
      names: { none: 'As they are', weights: 'Class weights', sampling: 'Balanced sampling' },
    }),
  ),
  microBatch: z
    .int()
    .min(0)
    .max(1024)
    .meta(
      words({
        title: 'Pictures at a time',
        description:
          'Batches are added up from parts of this size; 0 lets Graft choose by the memory there is.',
        group: 'pictures',
      }),
    ),
  precision: z.enum(['exact', 'fast']).meta(
    words({
      title: 'Precision',
      description:
        'Fast runs what stays frozen in 8 bits, and is refused where that would change its features much.',
      group: 'pictures',
      names: { exact: 'Exact', fast: 'Fast' },
    }),
  ),
  device: deviceChoice.meta(
    words({
      title: 'Computed on',
      description: 'The processor or a GPU; as chosen for all runs unless another is chosen here.',
      group: 'pictures',
      names: { auto: 'As for all', cpu: 'Processor', webgpu: 'GPU (WebGPU)', cuda: 'GPU (CUDA)' },
    }),
  ),
  runtime: runtimeChoice.meta(
    words({
      title: 'Runtime',
      description:
        'The library that computes; TensorFlow has to be installed, and chooses its device itself.',
      group: 'pictures',
      names: { auto: 'As for all', onnxruntime: 'ONNX Runtime', tensorflow: 'TensorFlow' },
    }),
  ),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .meta(
      words({
        title: 'Seed',
        description: 'The same seed on the same machine gives the same numbers.',
        group: 'pictures',
      }),
    ),
  folds: z
    .int()
    .min(0)
    .max(20)
    .refine((folds) => folds === 0 || folds >= leastFolds, {
      error: 'fewer than three folds leave nothing to train on',
    })
    .meta(
      words({
        title: 'Cross-validation folds',
        description:
          'Trains once more for each fold, without its pictures, and tests on them: so every picture is tested once. 0 for none.',
        group: 'certainty',
      }),
    ),
  repeats: z
    .int()
    .min(1)
    .max(10)
    .meta(
      words({
        title: 'Seeds',
        description:
          'Trains with so many seeds, from the one above on, to see how much luck is in the result.',
        group: 'certainty',
      }),
    ),
});
export type TrainSettings = z.infer<typeof trainSettings>;

/** What a run did that is older than the setting: it was trained without. */
const beforeTheyWere = {
  device: 'cpu',
  runtime: 'onnxruntime',
  warmup: 0,
  layerDecay: 1,
  headEpochs: 60,
  headLearningRate: 1e-3,
  restoreBest: true,
  labelSmoothing: 0,
  clipNorm: 0,
  classBalance: 'none',
  microBatch: 0,
  views: 1,
  flips: 'none',
  cropScale: 1,
  rotation: 0,
  colourJitter: 0,
  mixup: 0,
  cutmix: 0,
  precision: 'exact',
  folds: 0,
  repeats: 1,
} as const satisfies Partial<TrainSettings>;

/** The settings of a stored run, whichever of them there were when it was set up. */
export const storedSettings = (stored: Partial<TrainSettings>): TrainSettings =>
  trainSettings.parse({ ...beforeTheyWere, ...stored });
