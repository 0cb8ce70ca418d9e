/** Everything that an import must know about a picture, in one pass over the file and one decode. */
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StudioError } from '../../src-shared/errors.ts';
import { open } from './decode.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type Format, formatOf, formatOfBytes, headBytes, pictureError } from './format.ts';
import { encodeJpeg, reduceJpeg } from './jpeg.ts';
import { placeholderOf, type RgbPixels } from './placeholder.ts';
import type { Size } from './plain-jpeg.ts';
import { writeReason } from './room.ts';

export interface Inspection {
  readonly sha256: string;
  readonly format: Format;
  readonly bytes: number;
  /** Pixels, after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** See placeholder.ts. */
  readonly placeholder: Uint8Array;
  /** See fingerprint.ts. */
  readonly fingerprint: Uint8Array;
}

/** Longest side of a thumbnail, in pixels. */
const thumbnailSide = 256;
/** JPEG is made in a quarter of the time that WebP takes, and costs the page half the time to show. */
const thumbnailQuality = 82;
/** Some files take forever by intent. */
const decodeSeconds = 120;
/** A file up to this size is read once, and hashed and decoded from memory. */
const inMemoryBytes = 64 * 2 ** 20;

export function thumbnailPath(folder: string, sha256: string): string {
  return join(folder, sha256.slice(0, 2), `${sha256}.jpg`);
}

/**
 * Decodes a picture to its end and leaves its thumbnail in `thumbnails` (JPEG, at most 256 pixels a side, on
 * white as training sees it). A thumbnail that is there already is proof of an earlier decode of the same
 * bytes. Its process does nothing else meanwhile, so it may wait for the disk: half the time of asking.
 *
 * @throws StudioError `refused`, naming the file: not a picture, damaged, cut off, too large, unreadable;
 * `internal` when the thumbnail cannot be written.
 */
export async function inspect(path: string, thumbnails: string): Promise<Inspection> {
  const { made, ...inspection } = await read(path, thumbnails);
  if (made) keep(thumbnailPath(thumbnails, inspection.sha256), made);
  return inspection;
}

async function read(path: string, thumbnails: string): Promise<Inspection & { made?: Uint8Array }> {
  try {
    const file = statSync(path);
    // Opening a named pipe would wait for ever.
    if (!file.isFile()) throw new StudioError('refused', `${path}: not a regular file`);
    const { source, format, sha256 } = await identify(path, file.size);
    const known = { sha256, format, bytes: file.size };
    const there = await thumbnailPixels(thumbnailPath(thumbnails, sha256));
    if (there) return { ...known, ...(await sizeOf(source)), ...summaries(there) };
    const plain = typeof source === 'string' ? null : reduceJpeg(source, thumbnailSide, 'inside');
    const size = plain?.whole ?? (await sizeOf(source));
    const small = plain ?? (await shrink(source));
    return { ...known, ...size, ...summaries(small), made: encodeJpeg(small, thumbnailQuality) };
  } catch (error) {
    throw await pictureError(path, error);
  }
}

async function sizeOf(source: string | Buffer): Promise<Size> {
  const { autoOrient } = await open(source).metadata();
  return autoOrient;
}

const summaries = (pixels: RgbPixels) => ({
  placeholder: placeholderOf(pixels),
  fingerprint: fingerprintOf(pixels),
});

async function identify(path: string, size: number) {
  if (size > inMemoryBytes) {
    return { source: path, format: await formatOf(path), sha256: await hashFile(path) };
  }
  const source = readFileSync(path);
  const format = formatOfBytes(source.subarray(0, headBytes), path);
  return { source, format, sha256: createHash('sha256').update(source).digest('hex') };
}

/** Not the picture's fault when this fails: the next one would fare no better. */
function keep(target: string, bytes: Uint8Array): void {
  // It can be made again, and one that a power cut has left unfinished is recognised: it is not flushed.
  const temporary = join(dirname(target), `.${process.pid}.tmp`);
  const write = () => {
    writeFileSync(temporary, bytes);
    renameSync(temporary, target);
  };
  try {
    try {
      write();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      mkdirSync(dirname(target), { recursive: true });
      write();
    }
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new StudioError('internal', `${target} cannot be written: ${writeReason(error)}`, {
      cause: error,
    });
  }
}

async function shrink(source: string | Buffer): Promise<RgbPixels> {
  const { data, info } = await open(source)
    .timeout({ seconds: decodeSeconds })
    .flatten({ background: '#ffffff' })
    .resize(thumbnailSide, thumbnailSide, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** Null when there is none, or only a part of one. */
async function thumbnailPixels(path: string): Promise<RgbPixels | null> {
  // Of new pictures there is none, and an error costs more than the question.
  if (!existsSync(path)) return null;
  try {
    return await shrink(readFileSync(path));
  } catch {
    return null;
  }
}

/** SHA-256 of a file's bytes, in hex, without holding the file in memory. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) hash.update(chunk);
  return hash.digest('hex');
}
