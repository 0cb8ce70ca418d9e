/** What keeps a network from learning its pictures by heart. */
import { z } from 'zod';
import { wordsOf } from './words.ts';

const words = wordsOf('overfitting');

export const overfitting = {
  weightDecay: z
    .number()
    .min(0)
    .max(1)
    .meta(
      words({
        title: 'Weight decay',
        description: 'Pulls weights towards zero; spares biases and normalisation.',
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
      }),
    ),
};
