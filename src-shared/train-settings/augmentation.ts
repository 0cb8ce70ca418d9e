/** What is done to the training pictures. */
import { z } from 'zod';
import { wordsOf } from './words.ts';

const words = wordsOf('augmentation');

export const augmentation = {
  views: z
    .int()
    .min(1)
    .max(64)
    .meta(
      words({
        title: 'Views per picture',
        description:
          'How many versions of each training picture the frozen part sees once and keeps, the plain one among them; 1 for no others.',
      }),
    ),
  flips: z.enum(['none', 'horizontal', 'both']).meta(
    words({
      title: 'Flips',
      description: 'Mirrors every second view, left to right or also upside down.',
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
      }),
    ),
};
