/** A project as a whole. */
import { z } from 'zod';
import { splitName } from './base.ts';
import { label } from './labels.ts';

export const project = z.object({
  path: z.string(),
  name: z.string(),
  images: z.int(),
  labelled: z.int(),
  /** Pictures that wait for a label: without one, and not excluded. */
  toGo: z.int(),
  unsure: z.int(),
  excluded: z.int(),
  /** Images whose file was not there when it was last looked for. */
  missing: z.int(),
  labels: z.array(label),
  /** Labelled images by split; all zero before the first run draws the split. */
  split: z.record(splitName, z.int()),
  undo: z.object({ undo: z.string().nullable(), redo: z.string().nullable() }),
});
export type Project = z.infer<typeof project>;
