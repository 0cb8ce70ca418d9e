/** Labels. */
import { z } from 'zod';
import { labelId } from './base.ts';

export const label = z.object({
  id: labelId,
  name: z.string(),
  /** One of the ten label hues, 1 to 10: `--label-N` in the renderer's tokens. */
  colour: z.int().min(1).max(10),
  /** How many images carry it now. */
  count: z.int().nonnegative(),
  /** How many of them are excluded: in no set, never trained on. */
  excluded: z.int().nonnegative(),
});
export type Label = z.infer<typeof label>;
