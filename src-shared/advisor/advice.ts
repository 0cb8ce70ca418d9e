/** What the advisor measures and says, as it is kept, sent and shown. */
import { z } from 'zod';
import { recipeNames } from '../recipes.ts';
import { trainSettings } from '../train-settings.ts';

const share = z.number().min(0).max(1);

/** A value with the interval in which 95 of 100 resamplings of the images lie. */
export const ranged = z.object({ value: z.number(), low: z.number(), high: z.number() });
export type Ranged = z.infer<typeof ranged>;

export const quadrantNames = [
  'similar-little',
  'similar-lots',
  'different-little',
  'different-lots',
] as const;
export type Quadrant = (typeof quadrantNames)[number];

export const advice = z.object({
  backbone: z.string(),
  /** Hash of which picture had which label, by name; advices of earlier versions lack it. */
  labels: z.string().optional(),
  similarity: z.object({
    /** 0: nothing like what the network knew; 1: the same. */
    score: share,
    low: share,
    high: share,
    /** Each from 0 to 1; null where the network has nothing to measure it by. */
    parts: z.object({
      statistics: ranged.nullable(),
      probes: ranged,
      logme: ranged,
      head: ranged.nullable(),
    }),
    /** What the network says of the pictures by its own 1,000 classes, where it still has them. */
    source: z
      .object({
        /** Probability of the likeliest class, mean over the pictures. */
        confidence: ranged,
        /** Of its probabilities, as a share of the most that it can be: 1 is no idea. */
        entropy: ranged,
      })
      .optional(),
    /** Accuracy of the last block's classifier less that of the best early block. */
    lead: ranged.optional(),
    /** From the stem. */
    byBlock: z.array(
      z.object({
        block: z.string(),
        /** Symmetric KL divergence a channel from the network's own statistics. */
        divergence: ranged.nullable(),
        /** Of a linear classifier, in cross-validation. */
        probe: ranged,
        logme: z.number(),
      }),
    ),
  }),
  amount: z.object({
    /** 0: little; 1: lots. */
    score: share,
    low: share,
    high: share,
    labelled: z.int(),
    perClass: z.record(z.string(), z.int()),
    /** Of the labels that a classifier learned from, and how it did on others. */
    curve: z.array(
      z.object({ fraction: share, images: z.int(), accuracy: share, low: share, high: share }),
    ),
    /** Accuracy is a - b n^-c after n images. */
    fit: z.object({ a: z.number(), b: z.number(), c: z.number() }),
    gainFromDoubling: ranged,
    /** Labelled images for each weight that a recipe would train. */
    imagesPerWeight: z.partialRecord(z.enum(recipeNames), z.number()),
  }),
  quadrant: z.enum(quadrantNames),
  /** The best first: the quadrant's recipe, then its neighbours. */
  recommended: z.array(
    z.object({
      recipe: z.enum(recipeNames),
      settings: trainSettings.partial(),
      why: z.string(),
      /** Of the recipes that leave the network as it is, which are measured directly: accuracy on pictures held back. */
      expectedAccuracy: ranged.optional(),
      estimatedSeconds: z.number(),
      estimatedMemoryBytes: z.number(),
    }),
  ),
  /** At most, of each recipe with its default settings, on the machine that measured. */
  costs: z
    .partialRecord(z.enum(recipeNames), z.object({ seconds: z.number(), memoryBytes: z.number() }))
    .optional(),
});
export type Advice = z.infer<typeof advice>;

/** What came of a recommendation. */
export const outcome = z.object({
  recommended: z.enum(recipeNames),
  won: z.enum(recipeNames),
  right: z.boolean(),
  /** Accuracy that the recommended recipe lost to the one that won. */
  regret: z.number(),
  /** McNemar's exact test of the two; null where they are the same or share no images. */
  pValue: share.nullable(),
  words: z.string(),
});
export type Outcome = z.infer<typeof outcome>;
