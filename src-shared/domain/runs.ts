/** A training, its epochs and what it came to. */
import { z } from 'zod';
import { recipeNames, trainSettings } from '../recipes.ts';
import { runtimeName } from '../runtimes.ts';
import { labelId, runId, splitName, unit } from './base.ts';

export const runState = z.enum(['queued', 'running', 'finished', 'failed', 'cancelled']);
export type RunState = z.infer<typeof runState>;

export const epoch = z.object({
  /** Counted from 1. */
  epoch: z.int().positive(),
  trainLoss: z.number(),
  validationLoss: z.number(),
  validationAccuracy: unit,
  imagesPerSecond: z.number(),
  /** Until the last planned epoch; early stopping may end sooner. */
  secondsLeft: z.number(),
});
export type Epoch = z.infer<typeof epoch>;

/** What goes on between the features and the first epoch. */
export const runPhase = z.enum(['layers', 'head']);
export type RunPhase = z.infer<typeof runPhase>;

/** How well a linear classifier reads a layer: cross-validated on the training images. */
export const layerQuality = z.object({ block: z.string(), accuracy: unit, loss: z.number() });
export type LayerQuality = z.infer<typeof layerQuality>;

/** Accuracy on held-out images with its 95 % Wilson interval. */
export const testResult = z.object({
  accuracy: unit,
  low: unit,
  high: unit,
  macroF1: unit,
  count: z.int(),
});
export type TestResult = z.infer<typeof testResult>;

/** Mean of the accuracies of several trainings, with its 95 % interval by Student's t. */
export const meanAccuracy = z.object({ mean: unit, low: unit, high: unit, values: z.array(unit) });
export type MeanAccuracy = z.infer<typeof meanAccuracy>;

/** How the frozen part of a network was brought to 8 bits, and what that did to its features. */
export const quantisation = z.object({
  /** Layers that stayed in float32. */
  floatLayers: z.enum(['none', 'first', 'first and last']),
  /** How the ranges of its values were calibrated. */
  ranges: z.enum(['min-max', 'percentile']),
  weightBits: z.union([z.literal(7), z.literal(8)]),
  /** Training pictures that the two figures below are of. */
  pictures: z.int(),
  /** Of fast and exact features, the mean over the pictures. */
  cosine: z.number(),
  /**
   * Accuracy of a linear classifier in cross-validation, on exact and on fast features; null where there are too
   * few pictures.
   */
  probe: z.object({ exact: unit, fast: unit }).nullable(),
});
export type Quantisation = z.infer<typeof quantisation>;

export const run = z.object({
  id: runId,
  backbone: z.string(),
  recipe: z.enum(recipeNames),
  settings: trainSettings,
  /** Which library computed it, or last computed at it; null before its start. */
  runtime: runtimeName.nullable(),
  state: runState,
  /** Why it failed; null otherwise. */
  reason: z.string().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** Wall seconds from start to end; null before the end. */
  seconds: z.number().nullable(),
  /** What was trained, in words: "last layer", "3 of 10 blocks". */
  trained: z.string().nullable(),
  /** Which blocks of the backbone were adapted, true from the first trained one; the new head is always trained. */
  trainedBlocks: z.int().nullable(),
  epochs: z.int(),
  bestEpoch: z.int().nullable(),
  /**
   * The epoch after which it can go on with `runs.resume`, when it was interrupted; null when it cannot. With
   * parts, the epoch of the part it was in: 0 for one that had not come to the end of its first.
   */
  checkpointEpoch: z.int().nullable(),
  /** The classes of this run, in the order of its outputs, as they were named when it started. */
  classes: z.array(z.object({ labelId, name: z.string(), colour: z.int() })),
  counts: z.record(splitName, z.int()),
  validation: z.object({ accuracy: unit, loss: z.number() }).nullable(),
  /** The layers that were chosen from, from the stem; null where the recipe chooses none. */
  layers: z.array(layerQuality).nullable(),
  /** What was done otherwise than asked, in sentences: smaller parts of a batch, another try. */
  notes: z.array(z.string()),
  /** Of the exact network, whatever the precision of the training. */
  test: testResult.nullable(),
  /** How many of its parts (folds, other seeds) are trained: see parts.ts. The model that is kept comes last. */
  partsDone: z.int().nonnegative(),
  /** All its pictures, each judged by a network that had not seen it, pooled; null without cross-validation. */
  crossValidation: testResult.nullable(),
  /** Of the accuracies of its folds; null without cross-validation. */
  foldMean: meanAccuracy.nullable(),
  /** Of the test accuracies with each seed, its own first; null where there is one seed. */
  seedMean: meanAccuracy.nullable(),
  /**
   * What the logits are divided by so that probabilities mean what they say, fitted on validation (Guo et al. 2017);
   * null before the end, and for runs of an older Graft, whose probabilities are as they came.
   */
  temperature: z.number().positive().nullable(),
  /** A prediction below this probability is called unsure; null: none is. */
  unsureBelow: unit.nullable(),
  /** Null for an exact run, and before the end. */
  quantisation: quantisation.nullable(),
});
export type Run = z.infer<typeof run>;
