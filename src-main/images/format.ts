/** What a file is, by its first bytes, and what to say to the person when it cannot be used. */
import { open as openFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { StudioError } from '../../src-shared/errors.ts';

export const formats = ['JPEG', 'PNG', 'WebP', 'AVIF', 'TIFF', 'GIF'] as const;
export type Format = (typeof formats)[number];

/** Formats that a browser shows as they are, and their MIME types. */
export const shownAs: Readonly<Partial<Record<Format, string>>> = {
  JPEG: 'image/jpeg',
  PNG: 'image/png',
  WebP: 'image/webp',
  AVIF: 'image/avif',
  GIF: 'image/gif',
};

/** Kinds of files that people have among their pictures and that are not read here. */
const unsupported = {
  BMP: 'BMP pictures are not supported: convert it to PNG',
  HEIC: 'HEIC pictures are not supported: convert it to JPEG',
  'JPEG XL': 'JPEG XL pictures are not supported: convert it to JPEG or PNG',
  PSD: 'Photoshop documents are not supported: export it as JPEG or PNG',
  SVG: 'SVG drawings are not supported: export it as PNG',
  PDF: 'PDF documents are not supported: export its pictures as JPEG or PNG',
  raw: 'camera raw files are not supported: develop it to JPEG or TIFF',
} as const;
type Unsupported = keyof typeof unsupported;

// These are TIFF files in form, and what a TIFF reader finds in them first is a tiny preview.
const rawExtensions = new Set(
  '.3fr .arw .cr2 .dng .erf .iiq .kdc .nef .nrw .orf .pef .rw2 .sr2 .srw'.split(' '),
);

/** So many bytes tell the format. */
export const headBytes = 512;

/**
 * The format of a file, from its first bytes; its name counts only for camera raw files. Throws a
 * StudioError that says what the file is instead, or why it cannot be read.
 */
export async function formatOf(path: string): Promise<Format> {
  return formatOfBytes(await firstBytes(path), path);
}

/** The same from the first `headBytes` of a file that is not on the disk (yet). */
export function formatOfBytes(head: Buffer, path: string): Format {
  if (head.length === 0) throw refuse(path, 'the file is empty');
  const kind = recognise(head, extname(path).toLowerCase());
  if (kind === null) throw refuse(path, `not a picture (${formats.join(', ')})`);
  if (kind in unsupported) throw refuse(path, unsupported[kind as Unsupported]);
  return kind as Format;
}

/** The reason of a rejection, for a list in which the path stands beside it. */
export function reasonOf(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const named = `${path}: `;
  return message.startsWith(named) ? message.slice(named.length) : message;
}

/** What was thrown while a picture was read, as a sentence for the person. */
export async function pictureError(path: string, error: unknown): Promise<StudioError> {
  if (error instanceof StudioError) return error;
  try {
    const format = await formatOf(path);
    return refuse(path, decodeReason(format, error), error);
  } catch (problem) {
    return problem instanceof StudioError ? problem : refuse(path, fileReason(problem), problem);
  }
}

function refuse(path: string, reason: string, cause?: unknown): StudioError {
  return new StudioError('refused', `${path}: ${reason}`, { cause });
}

function decodeReason(format: Format, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/timeout/i.test(message)) return 'decoding takes longer than two minutes';
  if (/exceeds pixel limit|too large|Image width|dimensions exceed/i.test(message)) {
    return 'larger than 268 megapixels: make it smaller';
  }
  const ends = /premature end|unexpected end|read error|truncated|bad seek|unable to parse/i;
  return ends.test(message)
    ? `the ${format} file is damaged or cut off before its end`
    : `the ${format} file is damaged`;
}

/** Errors of the file system, in words. */
export function fileReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'no permission to read it';
    case 'ENOENT':
      return 'the file is not there';
    case 'EISDIR':
      return 'a folder, not a file';
    case 'ELOOP':
      return 'a link that leads in a circle';
    case 'EIO':
      return 'the disk could not read the file';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  let file: Awaited<ReturnType<typeof openFile>> | undefined;
  try {
    file = await openFile(path);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw refuse(path, fileReason(error), error);
  } finally {
    await file?.close();
  }
}

function recognise(head: Buffer, extension: string): Format | Unsupported | null {
  const text = head.toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'WebP';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'GIF';
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return rawExtensions.has(extension) ? 'raw' : 'TIFF';
  if (text.startsWith('ftyp', 4)) return isoMedia(head, text);
  if (text.startsWith('BM') && head.length >= 26 && head.readUInt32LE(6) === 0) return 'BMP';
  if (text.startsWith('\xff\x0a') || text.startsWith('\0\0\0\x0cJXL ')) return 'JPEG XL';
  if (text.startsWith('8BPS')) return 'PSD';
  if (text.startsWith('%PDF')) return 'PDF';
  if (/<svg[\s>]/.test(text)) return 'SVG';
  return null;
}

/** The ISO media file family, by its brands: AVIF and HEIC are pictures, the rest is video. */
function isoMedia(head: Buffer, text: string): Format | Unsupported | null {
  const end = Math.min(head.readUInt32BE(0), head.length);
  const brands: string[] = [];
  for (let at = 8; at + 4 <= end; at += 4) brands.push(text.slice(at, at + 4));
  if (brands.some((brand) => brand === 'avif' || brand === 'avis')) return 'AVIF';
  return brands.some((brand) => /^(hei[cxms]|hev[cxms]|mif1|msf1)$/.test(brand)) ? 'HEIC' : null;
}
