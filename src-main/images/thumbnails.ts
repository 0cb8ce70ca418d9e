/** Thumbnails, by the hash of their picture. */
import { readFile } from 'node:fs/promises';
import { StudioError } from '../../src-shared/errors.ts';
import { thumbnailPath } from './inspect.ts';
import type { Inspectors } from './inspectors.ts';

export const thumbnailType = 'image/jpeg';

/**
 * The thumbnail of a picture that is known by its hash. One that is missing or cut off is made again from
 * `path`; throws a StudioError when the file there is gone or is another one by now.
 */
export async function thumbnail(
  inspectors: Inspectors,
  thumbnails: string,
  sha256: string,
  path: string,
): Promise<Buffer> {
  const file = thumbnailPath(thumbnails, sha256);
  const there = await whole(file);
  if (there) return there;
  const now = await inspectors.inspect(path, thumbnails);
  if (now.sha256 !== sha256) {
    throw new StudioError('not-found', `${path}: the file has changed since it was imported`);
  }
  return readFile(file);
}

/** Null when the file is not there, or does not end as a JPEG does: a power cut came in between. */
async function whole(file: string): Promise<Buffer | null> {
  try {
    const bytes = await readFile(file);
    return bytes.subarray(-2).equals(endOfImage) ? bytes : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

const endOfImage = Buffer.from([0xff, 0xd9]);
