/** Files from another machine, in chunks. */
import { z } from 'zod';
import * as d from '../domain.ts';
import { define, done } from './define.ts';

/** How many bytes of a file `uploads.write` takes at once, at most. */
export const uploadChunkBytes = 1 << 20;

export const uploadsCalls = {
  /**
   * Files from another machine, in chunks. `begin` answers how much of this file is already here, so
   * that an upload goes on after a lost connection; the last `write` checks the hash and puts the file
   * (or the members of a .zip, .tar or .tar.gz) into the project's `images/` folder.
   * `purpose: 'predict'` keeps it apart, for `predict`.
   */
  'uploads.begin': define(
    z.strictObject({
      name: z.string().min(1),
      bytes: z.int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      purpose: z.enum(['import', 'predict', 'backbone']),
    }),
    z.object({ uploadId: z.string(), received: z.int() }),
  ),
  'uploads.write': define(
    z.strictObject({ uploadId: z.string(), offset: z.int().nonnegative(), base64: z.string() }),
    z.object({ received: z.int() }),
  ),
  /** Where the finished upload lies on the studio's machine: a file, or the folder an archive went into. */
  'uploads.finish': define(
    z.strictObject({ uploadId: z.string() }),
    z.object({ path: z.string(), rejected: z.array(d.rejection) }),
  ),
  'uploads.abandon': define(z.strictObject({ uploadId: z.string() }), done),
} as const;
