/** How the rates change, and what is trained when. */
import { z } from 'zod';
import { wordsOf } from './words.ts';

const words = wordsOf('schedule');

export const schedule = {
  optimizer: z.enum(['adamw', 'sgd']).meta(
    words({
      title: 'Optimizer',
      description: 'AdamW, or SGD with momentum 0.9.',
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
      }),
    ),
  restoreBest: z.boolean().meta(
    words({
      title: 'Keep the best epoch',
      description:
        'Ends with the weights of the epoch with the lowest validation loss, not of the last.',
    }),
  ),
};
