/** What was done, and can be undone. */
import { z } from 'zod';
import { imageId } from './base.ts';

/** Something that happened to one image. */
export const historyEntry = z.object({
  at: z.string(),
  what: z.enum(['label', 'unsure', 'excluded', 'note']),
  /** The label's name, the note, or `yes`; null when it was taken away. */
  value: z.string().nullable(),
});
export type HistoryEntry = z.infer<typeof historyEntry>;

/** One step of the project's history: what undo takes back at once. */
export const operation = z.object({
  id: z.int().positive(),
  /** In words: "label 12 pictures as frog". */
  what: z.string(),
  at: z.string(),
  undone: z.boolean(),
  /** How many images it touched, and the first few of them. */
  images: z.int().nonnegative(),
  some: z.array(imageId),
});
export type Operation = z.infer<typeof operation>;
