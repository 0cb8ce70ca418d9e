/** Files for another machine. */
import { z } from 'zod';
import { define } from './define.ts';

export const downloadsCalls = {
  /**
   * A place on the studio's machine for a file of this name that the page is to have. A call that writes files
   * takes it (`out`), and the door then serves it as `download` by its id, until the project is closed or a few
   * later ones have been asked for.
   */
  'downloads.place': define(
    z.strictObject({ name: z.string().min(1).max(200) }),
    z.object({ id: z.int().positive(), path: z.string() }),
  ),
} as const;
