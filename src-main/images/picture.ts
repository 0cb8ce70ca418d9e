/** A picture for the large view. */
import { readFile } from 'node:fs/promises';
import { open } from './decode.ts';
import { formatOf, pictureError, shownAs } from './format.ts';
import type { Inspectors } from './inspectors.ts';

/** Longest side of a converted picture: enough to zoom into, and soon made. */
const convertedSide = 8192;

/**
 * The file's own bytes when a browser shows them (it turns them by their EXIF orientation itself), else
 * the first frame as WebP. Throws a StudioError that names the file when it cannot be read.
 */
export async function picture(
  inspectors: Inspectors,
  path: string,
): Promise<{ type: string; bytes: Uint8Array }> {
  try {
    const type = shownAs[await formatOf(path)];
    if (type) return { type, bytes: await readFile(path) };
  } catch (error) {
    throw await pictureError(path, error);
  }
  return { type: 'image/webp', bytes: await inspectors.convert(path) };
}

/** The first frame as WebP, upright. To be called in a process that may crash. */
export async function convert(path: string): Promise<Buffer> {
  try {
    return await open(path)
      .resize(convertedSide, convertedSide, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .webp({ quality: 92 })
      .toBuffer();
  } catch (error) {
    throw await pictureError(path, error);
  }
}
