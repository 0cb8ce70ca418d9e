/** Everything that an import must know about a picture, in one pass over the file and one decode. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StudioError } from '../../src-shared/errors.ts';
import { replaceFile } from '../atomic-file.ts';
import { open } from './decode.ts';
import { type Format, formatOf, pictureError } from './format.ts';
import { writeReason } from './room.ts';

export interface Inspection {
  readonly sha256: string;
  readonly format: Format;
  readonly bytes: number;
  /** Pixels, after EXIF orientation. */
  readonly width: number;
  readonly height: number;
}

/** Longest side of a thumbnail, in pixels. */
const thumbnailSide = 256;
/** Some files take forever by intent. */
const decodeSeconds = 120;

export function thumbnailPath(folder: string, sha256: string): string {
  return join(folder, sha256.slice(0, 2), `${sha256}.webp`);
}

/**
 * Decodes a picture to its end and leaves its thumbnail in `thumbnails` (WebP, at most 256 pixels a side, on
 * white as training sees it). A thumbnail that is there already is proof of an earlier decode of the same
 * bytes.
 *
 * @throws StudioError `refused`, naming the file: not a picture, damaged, cut off, too large, unreadable;
 * `internal` when the thumbnail cannot be written.
 */
export async function inspect(path: string, thumbnails: string): Promise<Inspection> {
  const { made, ...inspection } = await read(path, thumbnails);
  if (made) await keep(thumbnailPath(thumbnails, inspection.sha256), made);
  return inspection;
}

async function read(path: string, thumbnails: string): Promise<Inspection & { made?: Buffer }> {
  try {
    const file = await stat(path);
    // Opening a named pipe would wait for ever.
    if (!file.isFile()) throw new StudioError('refused', `${path}: not a regular file`);
    const format = await formatOf(path);
    const sha256 = await hashFile(path);
    const { autoOrient } = await open(path).metadata();
    const inspection = { sha256, format, bytes: file.size, ...autoOrient };
    if (existsSync(thumbnailPath(thumbnails, sha256))) return inspection;
    return { ...inspection, made: await makeThumbnail(path) };
  } catch (error) {
    throw await pictureError(path, error);
  }
}

/** Not the picture's fault when this fails: the next one would fare no better. */
async function keep(target: string, bytes: Buffer): Promise<void> {
  try {
    await mkdir(dirname(target), { recursive: true });
    await replaceFile(target, (temporary) => writeFile(temporary, bytes));
  } catch (error) {
    throw new StudioError('internal', `${target} cannot be written: ${writeReason(error)}`, {
      cause: error,
    });
  }
}

function makeThumbnail(path: string): Promise<Buffer> {
  return (
    open(path)
      .timeout({ seconds: decodeSeconds })
      .flatten({ background: '#ffffff' })
      .resize(thumbnailSide, thumbnailSide, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      // A tenth larger than with the usual effort, and made in two thirds of the time.
      .webp({ quality: 80, effort: 1 })
      .toBuffer()
  );
}

/** SHA-256 of a file's bytes, in hex, without holding the file in memory. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) hash.update(chunk);
  return hash.digest('hex');
}
