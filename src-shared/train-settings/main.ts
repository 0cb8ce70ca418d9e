/** What is always in sight. */
import { z } from 'zod';
import { wordsOf } from './words.ts';

const words = wordsOf('main');

export const main = {
  epochs: z
    .int()
    .min(1)
    .max(1000)
    .meta(
      words({
        title: 'Epochs',
        description: 'Passes over all training pictures, at most.',
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
      }),
    ),
  blocks: z
    .int()
    .min(1)
    .max(100)
    .meta(words({ title: 'Blocks to adapt', description: 'Counted from the top.' })),
  patience: z
    .int()
    .min(1)
    .max(1000)
    .meta(
      words({
        title: 'Patience',
        description: 'Epochs without a better validation loss before training stops early.',
      }),
    ),
};
