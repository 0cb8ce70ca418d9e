/** What trained networks say of pictures. */
import { z } from 'zod';
import { imageId, runId, splitName, unit } from './base.ts';

/** Pictures that a run did not learn from: of `folds` each was left out once (cross-validation). */
export const heldOut = z.enum(['validation', 'test', 'folds']);
export type HeldOut = z.infer<typeof heldOut>;

export const prediction = z.object({
  imageId,
  /** Indices into the run's classes. */
  actual: z.int(),
  predicted: z.int(),
  /** Of the predicted class, calibrated. */
  probability: unit,
  /** The same as the network said it before its temperature was fitted. */
  uncalibrated: unit,
});
export type Prediction = z.infer<typeof prediction>;

/** McNemar's exact test between two runs on the images that both were tested on. */
export const pairVerdict = z.object({
  a: runId,
  b: runId,
  /** Both were cross-validated in the same folds: the images are those of all folds. */
  pooled: z.boolean(),
  /** Images that both were tested on. */
  count: z.int(),
  /** Test images that a has right and b has wrong, and the reverse. */
  onlyA: z.int(),
  onlyB: z.int(),
  pValue: unit,
  verdict: z.string(),
});
export type PairVerdict = z.infer<typeof pairVerdict>;

export const filePrediction = z.object({
  path: z.string(),
  label: z.string(),
  probability: unit,
  /** Is the probability below what the run's `unsureBelow` asks for? */
  unsure: z.boolean(),
  /** All classes, likeliest first (at most five). */
  top: z.array(z.object({ label: z.string(), probability: unit })),
});
export type FilePrediction = z.infer<typeof filePrediction>;

/** A picture of the project, or a file on the studio's machine (uploads: the path that `uploads.finish` gave). */
export const pictureOf = z.union([
  z.strictObject({ imageId }),
  z.strictObject({ path: z.string().min(1) }),
]);
export type PictureOf = z.infer<typeof pictureOf>;

/** Where in a picture a network found what speaks for a class (Grad-CAM). */
export const explanation = z.object({
  /** Index into the run's classes. */
  class: z.int(),
  /** What the model says of the picture, one for each of the run's classes. */
  probabilities: z.array(unit),
  block: z.string(),
  /** All blocks that can be asked about, from the input on. */
  blocks: z.array(z.string()),
  /** Rows and columns of the map, which covers the middle square of the picture. */
  height: z.int(),
  width: z.int(),
  /** Row by row, the strongest is 1; all 0 when nothing speaks for the class. */
  heat: z.array(unit),
});
export type Explanation = z.infer<typeof explanation>;

/** A picture that a run was trained on and that its network sees as near another one. */
export const neighbour = z.object({
  imageId,
  /** Index into the run's classes: the label it was trained with. */
  label: z.int(),
  /** Cosine of the features. */
  similarity: z.number(),
});
export type Neighbour = z.infer<typeof neighbour>;

/** What lies between two runs: on the test pictures of both, and in what they were trained on. */
export const runChanges = z.object({
  /** Test pictures that both have seen under the same label. */
  common: z.int(),
  /** Wrong in the first and right in the second, and the reverse; what each said are names of labels. */
  fixed: z.array(z.object({ imageId, label: z.string(), before: z.string(), after: z.string() })),
  broken: z.array(z.object({ imageId, label: z.string(), before: z.string(), after: z.string() })),
  /**
   * Pictures that the second was given otherwise than the first: another label, or (null) none. Null when one of them
   * is a run of an older Graft, which kept no list.
   */
  edits: z
    .array(
      z.object({
        imageId,
        before: z.string().nullable(),
        after: z.string().nullable(),
        split: splitName,
      }),
    )
    .nullable(),
});
export type RunChanges = z.infer<typeof runChanges>;
