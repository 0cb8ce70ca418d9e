/**
 * The folder of feature caches as a whole: what is in it, how large it may be, and what nobody will ask for
 * again. Files that a process has open are left as they are.
 */

import { type FileHandle, open, readdir, rm, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { replaceFile } from '../../atomic-file.ts';
import { isAlive } from '../../is-alive.ts';
import { extension, type FeatureKey, hashBytes, headBytes, magic } from './cache.ts';

export interface CacheFile {
  readonly path: string;
  readonly bytes: number;
  /** When it was last written or opened, in milliseconds. */
  readonly usedAt: number;
  readonly inUse: boolean;
  /** What it was computed with: of a calibrated network its `weights` only. Null for older forms, or none. */
  readonly key: FeatureKey | null;
  /** Null in a calibrated network, and where there is no key. */
  readonly records: Records | null;
}

interface Records {
  readonly count: number;
  readonly bytesEach: number;
  /** Where the first one begins. */
  readonly from: number;
}

/** Networks in 8 bits lie beside their features, under the hash of the weights that they were made of. */
const networkExtension = '.trunk.onnx';
export const calibratedNetworkFile = (folder: string, weights: string, name: string): string =>
  join(folder, `${weights}-${name}${networkExtension}`);

/** Longer than any key; what claims more is no cache. */
const longestKey = 1 << 20;

/** All caches and calibrated networks in the folder, and what processes that were killed have left of others. */
export async function listCaches(folder: string): Promise<readonly CacheFile[]> {
  const names = await readdir(folder).catch(() => []);
  const used = await openFiles(folder, names);
  const files = names
    .filter((name) => [extension, networkExtension, '.tmp'].some((end) => name.endsWith(end)))
    .map((name) => describe(join(folder, name), used.has(name)));
  return (await Promise.all(files)).filter((file) => file !== null);
}

/** Names of the caches that living processes have open; marks of dead ones are removed. */
async function openFiles(folder: string, names: readonly string[]): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  for (const mark of names) {
    const [, name, pid] = /^(.*)\.(\d+)\.open$/.exec(mark) ?? [];
    if (name === undefined) continue;
    if (isAlive(Number(pid))) used.add(name + extension);
    else await rm(join(folder, mark), { force: true });
  }
  return used;
}

/** Null when it has gone meanwhile. */
async function describe(path: string, inUse: boolean): Promise<CacheFile | null> {
  const handle = await open(path, 'r').catch(() => null);
  if (!handle) return null;
  try {
    const { size: bytes, mtimeMs: usedAt } = await handle.stat();
    const content = path.endsWith(networkExtension)
      ? { key: keyOfNetwork(basename(path)), records: null }
      : await contentOf(handle, bytes);
    return { path, bytes, usedAt, inUse, ...content };
  } finally {
    await handle.close();
  }
}

function keyOfNetwork(name: string): FeatureKey | null {
  const weights = /^(\w+)-/.exec(name)?.[1];
  return weights === undefined ? null : { weights };
}

async function contentOf(
  handle: FileHandle,
  bytes: number,
): Promise<Pick<CacheFile, 'key' | 'records'>> {
  const none = { key: null, records: null };
  const start = Buffer.alloc(magic.length + 8);
  await handle.read(start, 0, start.length, 0);
  const length = start.readUInt32LE(magic.length + 4);
  if (!start.subarray(0, magic.length).equals(magic) || length > longestKey) return none;
  const text = Buffer.alloc(length);
  await handle.read(text, 0, length, start.length);
  try {
    const key = JSON.parse(text.toString()) as FeatureKey;
    const bytesEach = headBytes + 4 * start.readUInt32LE(magic.length);
    const from = start.length + length;
    return { key, records: { from, bytesEach, count: Math.floor((bytes - from) / bytesEach) } };
  } catch {
    return none;
  }
}

export interface Tidying {
  /** What the files together may take, in bytes. */
  readonly limit: number;
  /** Can what this key says still be computed, with the weights that are here? */
  readonly knows: (key: FeatureKey) => boolean;
  /** SHA-256 of the pictures that there are. */
  readonly pictures: ReadonlySet<string>;
}

/**
 * Removes what cannot be asked for again: files of unknown weights or forms, and records of pictures that
 * are not in the project any more. Then, while the rest is too large, the file that was not used for
 * longest. Each removal is whole or not at all, so a kill at any moment only leaves work for the next time.
 */
export async function tidyCaches(
  folder: string,
  { limit, knows, pictures }: Tidying,
): Promise<void> {
  for (const file of await listCaches(folder)) {
    if (file.inUse) continue;
    const { key, records } = file;
    if (!key || file.path.endsWith('.tmp') || !knows(key)) await removeFile(file);
    else if (records) await dropRecords(file, records, pictures);
  }
  const left = (await listCaches(folder)).toSorted((a, b) => a.usedAt - b.usedAt);
  let bytes = left.reduce((sum, file) => sum + file.bytes, 0);
  for (const file of left) {
    if (bytes <= limit) break;
    if (file.inUse) continue;
    await removeFile(file);
    bytes -= file.bytes;
  }
}

/** Removes all that no process has open. */
export async function clearCaches(folder: string): Promise<void> {
  for (const file of await listCaches(folder)) if (!file.inUse) await removeFile(file);
}

const removeFile = ({ path }: CacheFile) => rm(path, { force: true });

/** Writes the file anew without the records of other pictures, when there are any. */
async function dropRecords(
  { path, usedAt }: CacheFile,
  { from, bytesEach, count }: Records,
  pictures: ReadonlySet<string>,
): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const kept: number[] = [];
    const hash = Buffer.alloc(hashBytes);
    for (let i = 0; i < count; i++) {
      await handle.read(hash, 0, hashBytes, from + i * bytesEach);
      if (pictures.has(hash.toString('hex'))) kept.push(i);
    }
    if (kept.length === count) return;
    if (kept.length === 0) return await rm(path, { force: true });
    await replaceFile(path, async (temporary) => {
      const out = await open(temporary, 'w');
      try {
        await copyBytes(handle, out, 0, from);
        for (const i of kept) await copyBytes(handle, out, from + i * bytesEach, bytesEach);
      } finally {
        await out.close();
      }
    });
    // It was tidied, not used.
    await utimes(path, usedAt / 1000, usedAt / 1000);
  } finally {
    await handle.close();
  }
}

/** Appends a stretch of one file to another. */
async function copyBytes(from: FileHandle, to: FileHandle, position: number, length: number) {
  const bytes = Buffer.allocUnsafe(length);
  const { bytesRead } = await from.read(bytes, 0, length, position);
  await to.write(bytes.subarray(0, bytesRead));
}
