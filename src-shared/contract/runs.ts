/** Runs, and what they say. */
import { z } from 'zod';
import { augmentation } from '../augmentation.ts';
import { deviceChoice } from '../devices.ts';
import * as d from '../domain.ts';
import { recipeNames, trainSettings } from '../recipes.ts';
import { runtimeChoice } from '../runtimes.ts';
import { define, done, none } from './define.ts';

export const runsCalls = {
  // They wait in a queue and are trained one after the other.
  'runs.start': define(
    z.strictObject({
      runs: z
        .array(
          z.strictObject({
            recipe: z.enum(recipeNames),
            backbone: z.string(),
            /** What differs from the recipe's defaults. */
            settings: trainSettings.partial().strict().default({}),
          }),
        )
        .min(1),
    }),
    z.object({ runs: z.array(d.run) }),
  ),
  /**
   * What a run would take, its network's weights here or not. `memory`: bytes of the engine's process at the most,
   * how many pictures it computes at once, and the bytes it may use; null where the recipe cannot train the
   * network. `seconds`: of the features of all labelled pictures, computed anew, in either precision,
   * from a measurement on this machine that is made once; null where nothing is frozen, and where it is not
   * measured yet while a run is being trained, or `measure` is false, which answers at once.
   */
  'runs.estimate': define(
    z.strictObject({
      recipe: z.enum(recipeNames),
      backbone: z.string(),
      settings: trainSettings.partial().strict().default({}),
      measure: z.boolean().default(true),
    }),
    z.object({
      pictures: z.int(),
      memory: z
        .object({ bytes: z.number(), microBatch: z.int(), available: z.number() })
        .nullable(),
      seconds: z.object({ exact: z.number(), fast: z.number() }).nullable(),
    }),
  ),
  'runs.list': define(none, z.object({ runs: z.array(d.run) })),
  'runs.epochs': define(z.strictObject({ id: d.runId }), z.object({ epochs: z.array(d.epoch) })),
  'runs.cancel': define(z.strictObject({ id: d.runId }), done),
  /** An interrupted run goes back into the queue, and then on after the epoch of its checkpoint. */
  'runs.resume': define(
    z.strictObject({
      id: d.runId,
      /** What computes it from now on: as it was set up when absent. */
      device: deviceChoice.optional(),
      runtime: runtimeChoice.optional(),
    }),
    z.object({ run: d.run }),
  ),
  /** Can be undone (`labels.undo`) for 30 days; until then it takes so many bytes. Stopped first when it is active. */
  'runs.delete': define(z.strictObject({ id: d.runId }), z.object({ bytes: z.int() })),
  /** Deleted runs that can be brought back, what they take on the disk, and until when. */
  'runs.deleted': define(
    none,
    z.object({
      runs: z.array(
        d.run
          .pick({ id: true, recipe: true, backbone: true })
          .extend({ bytes: z.int(), until: z.string() }),
      ),
      bytes: z.int(),
    }),
  ),
  /** Removes all of them for good, now. */
  'runs.free': define(none, z.object({ runs: z.int() })),
  /** What a finished run says of images that it did not learn from. */
  'runs.predictions': define(
    z.strictObject({ id: d.runId, of: d.heldOut.default('test') }),
    z.object({ predictions: z.array(d.prediction) }),
  ),
  /** From now on the run's predictions below this probability are called unsure; null: none. */
  'runs.unsureBelow': define(
    z.strictObject({ id: d.runId, below: d.unit.nullable() }),
    z.object({ run: d.run }),
  ),
  /** Grad-CAM. Without a block: the last that has a map; without a class (an index): the likeliest. */
  'runs.explain': define(
    z.strictObject({
      id: d.runId,
      picture: d.pictureOf,
      block: z.string().min(1).optional(),
      class: z.int().nonnegative().optional(),
    }),
    d.explanation,
  ),
  /** Of the pictures that the run was trained on, those that its network sees as the nearest, the nearest first. */
  'runs.nearest': define(
    z.strictObject({
      id: d.runId,
      picture: d.pictureOf,
      count: z.int().min(1).max(100).default(8),
    }),
    z.object({ neighbours: z.array(d.neighbour) }),
  ),
  /** From run `before` to run `after`. */
  'runs.changes': define(z.strictObject({ before: d.runId, after: d.runId }), d.runChanges),
  'runs.compare': define(
    z.strictObject({ ids: z.array(d.runId).min(1) }),
    z.object({ runs: z.array(d.run), pairs: z.array(d.pairVerdict), headline: z.string() }),
  ),
  /**
   * Writes the trained model to the studio's machine: as a file, or as a folder (or a .zip, where `out` ends so) with a
   * model card, the labels and a program that uses it. A fast run's folder holds both of its models.
   */
  'runs.export': define(
    z.strictObject({
      id: d.runId,
      format: z.enum(['onnx', 'folder']),
      /** The one in 8 bits is there after a fast run only. */
      precision: trainSettings.shape.precision.default('exact'),
      out: z.string().min(1),
    }),
    z.object({ path: z.string(), bytes: z.int() }),
  ),
  /** Paths on the studio's machine (uploads: the path that `uploads.finish` gave). */
  predict: define(
    z.strictObject({ run: d.runId, files: z.array(z.string().min(1)).min(1).max(1000) }),
    z.object({ predictions: z.array(d.filePrediction), rejected: z.array(d.rejection) }),
  ),
  /** Views of a picture as training with this seed sees them, as addresses of data (WebP). */
  'augmentation.preview': define(
    z.strictObject({
      imageId: d.imageId,
      augmentation: augmentation.strict(),
      seed: trainSettings.shape.seed,
      count: z.int().min(1).max(32),
    }),
    z.object({ pictures: z.array(z.string()) }),
  ),
} as const;

export const runsEvents = {
  /** A run was queued, started, finished, failed or was cancelled: its `state` tells. */
  'run.changed': z.object({ run: d.run }),
  'run.deleted': z.object({ id: d.runId }),
  /** The frozen trunk is run once per image; this counts the images. */
  'run.features': z.object({
    id: d.runId,
    done: z.int(),
    total: z.int(),
    secondsLeft: z.number().nullable(),
  }),
  /** What comes before the epochs: layers that are compared, or epochs of the last layer alone. */
  'run.phase': z.object({ id: d.runId, phase: d.runPhase, done: z.int(), total: z.int() }),
  'run.epoch': z.object({ id: d.runId, epoch: d.epoch }),
} as const;
