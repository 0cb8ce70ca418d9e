/** How sure the numbers are. */
import { z } from 'zod';
import { wordsOf } from './words.ts';

const words = wordsOf('certainty');

/** With fewer there would be none to train on beside the fold that tests and the one that validates. */
const leastFolds = 3;

export const certainty = {
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
      }),
    ),
};
