/** Where a file from elsewhere may go: names made safe, collisions kept apart. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { StudioError } from '../../src-shared/errors.ts';
import { hashFile } from './inspect.ts';

/** In bytes of UTF-8: file systems take 255, and a number may be added. */
const longestName = 200;
const reservedOnWindows = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * The folders and the name of a relative path that somebody else chose, fit for every file system.
 * A backslash counts as a slash, for that is what it is on Windows.
 *
 * @throws StudioError with the reason alone when the path would lead out of the folder it is put in.
 */
export function safePath(name: string): readonly string[] {
  const path = name.replaceAll('\\', '/');
  if (path.includes('\0')) throw new StudioError('refused', 'its name has a null character');
  if (path.startsWith('/')) throw new StudioError('refused', 'its path is absolute');
  if (/^[a-z]:/i.test(path)) throw new StudioError('refused', 'its path has a drive letter');
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) {
    throw new StudioError('refused', 'its path leads out of the folder (..)');
  }
  if (segments.length === 0) throw new StudioError('refused', 'it has no name');
  return segments.map(safeName);
}

function safeName(segment: string): string {
  const clean = segment
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
    .replace(/[\x00-\x1f\x7f<>:"|?*]/g, '_')
    .replace(/[. ]+$/, '');
  const name = reservedOnWindows.test(clean) ? `_${clean}` : clean;
  return name === '' ? '_' : shorten(name);
}

function shorten(name: string): string {
  if (Buffer.byteLength(name) <= longestName) return name;
  const { name: stem, ext } = parse(name);
  const end = Buffer.byteLength(ext) <= 20 ? ext : '';
  let kept = '';
  for (const character of stem) {
    if (Buffer.byteLength(kept + character + end) > longestName) break;
    kept += character;
  }
  return kept + end;
}

/** The second of two with the same name is called "a (2).jpg". */
function numbered(path: string, number: number): string {
  if (number === 1) return path;
  const { dir, name, ext } = parse(path);
  return join(dir, `${name} (${number})${ext}`);
}

/**
 * The first free place for a file of this name, or the one where the same bytes lie already.
 *
 * @param segments as `safePath` gives them.
 */
export async function findPlace(
  folder: string,
  segments: readonly string[],
  content: { readonly bytes: number; readonly sha256: string },
): Promise<{ readonly path: string; readonly taken: boolean }> {
  const wanted = join(folder, ...segments);
  for (let number = 1; ; number++) {
    const path = numbered(wanted, number);
    if (!existsSync(path)) return { path, taken: false };
    const there = await stat(path);
    if (!there.isFile() || there.size !== content.bytes) continue;
    if ((await hashFile(path)) === content.sha256) return { path, taken: true };
  }
}

let placing: Promise<unknown> = Promise.resolve();

/**
 * Moves a finished file (on the same disk) to its place; where the same bytes lie there already, they stay
 * and the file goes. Returns the path. One after the other, so that two never find the same place free.
 */
export function place(
  file: string,
  folder: string,
  segments: readonly string[],
  content: { readonly bytes: number; readonly sha256: string },
): Promise<string> {
  const placed = placing.then(async () => {
    const { path, taken } = await findPlace(folder, segments, content);
    if (taken) {
      await rm(file);
    } else {
      await mkdir(dirname(path), { recursive: true });
      await rename(file, path);
    }
    return path;
  });
  placing = placed.catch(() => undefined);
  return placed;
}
