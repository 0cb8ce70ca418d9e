/** What the model helps with. */
import { z } from 'zod';
import { imageId, labelId, unit } from './base.ts';

/** A label that a light classifier proposes for a picture that has none. */
export const suggestion = z.object({
  imageId,
  labelId,
  /** Calibrated: of those with 0.8, about 80 % are right. */
  confidence: unit,
});
export type Suggestion = z.infer<typeof suggestion>;

/** How to choose what to label next: what the classifier is unsure of, what is unlike all labelled, or both. */
export const nextStrategy = z.enum(['uncertain', 'different', 'mixed']);
export type NextStrategy = z.infer<typeof nextStrategy>;

/** How far the backbone is through all pictures of the project, for suggestions, likeness and review. */
export const assistState = z.object({
  state: z.enum(['resting', 'looking', 'ready']),
  /** Pictures that were looked at, of all. */
  done: z.int(),
  total: z.int(),
  secondsLeft: z.number().nullable(),
  /** Why it cannot go on; null when it can. */
  problem: z.string().nullable(),
  /** Are there enough labels for suggestions? */
  suggesting: z.boolean(),
});
export type AssistState = z.infer<typeof assistState>;

/** A label that is probably wrong (confident learning). */
export const labelIssue = z.object({
  imageId,
  given: labelId,
  suggested: labelId,
  /** Probability of the given label, by classifiers that have not seen the picture: 0 is surely wrong. */
  score: unit,
  /** Probability of the suggested label. */
  confidence: unit,
});
export type LabelIssue = z.infer<typeof labelIssue>;

export const review = z.object({
  /** The least likely first. */
  labelIssues: z.array(labelIssue),
  /** Groups of exact and near copies. */
  duplicates: z.array(z.array(imageId)),
  /** Pictures unlike all others, the most outlying first: 0 is far from all, 1 is among its like. */
  outliers: z.array(z.object({ imageId, score: unit })),
});
export type Review = z.infer<typeof review>;

/** All pictures as points in a plane, so that likes lie together. */
export const pictureMap = z.object({
  imageIds: z.array(imageId),
  /** x and y of each, from -1 to 1, y downwards: base64 of little-endian float32. */
  points: z.string(),
  /** How many pictures were projected: the others were placed among those that are like them. */
  projected: z.int(),
});
export type PictureMap = z.infer<typeof pictureMap>;
