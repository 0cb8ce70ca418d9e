/** Files of this machine for a studio on another: in chunks, a few at a time, going on where a lost connection broke them off. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, relative, resolve, sep } from 'node:path';
import { type CallInput, type Studio, uploadChunkBytes } from '../../src-shared/contract.ts';
import type { Rejection } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { scan } from '../images/scan.ts';
import type { Progress } from './progress.ts';
import type { Session } from './session.ts';

type Purpose = CallInput<'uploads.begin'>['purpose'];

export interface Uploaded {
  /** Where it lies on the studio's machine. */
  readonly path: string;
  readonly rejected: readonly Rejection[];
}

interface LocalFile {
  readonly path: string;
  /** With its folders, when it was found in one: `pond/frogs/1.jpg`. */
  readonly name: string;
}

const atOnce = 3;
/** How often one file is taken up again after a lost connection; each time waits for it to come back. */
const attempts = 5;

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function sendOnce(
  studio: Studio,
  file: LocalFile,
  purpose: Purpose,
  sent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Uploaded> {
  const { size } = await stat(file.path);
  const { uploadId, received } = await studio.call('uploads.begin', {
    name: file.name,
    bytes: size,
    sha256: await hashOf(file.path),
    purpose,
  });
  const handle = await open(file.path);
  try {
    const buffer = Buffer.alloc(Math.min(uploadChunkBytes, size));
    for (let offset = received; offset < size; ) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) {
        throw new StudioError('refused', `${file.path} became shorter while it was being sent.`);
      }
      const base64 = buffer.toString('base64', 0, bytesRead);
      ({ received: offset } = await studio.call('uploads.write', { uploadId, offset, base64 }));
      sent(offset);
    }
  } finally {
    await handle.close();
  }
  return studio.call('uploads.finish', { uploadId });
}

async function send(...args: Parameters<typeof sendOnce>): Promise<Uploaded> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendOnce(...args);
    } catch (error) {
      const wasLost = error instanceof StudioError && error.code === 'unavailable';
      if (!wasLost || attempt === attempts) throw error;
    }
  }
}

/** Several at a time, results in order; `work` that throws ends it all. */
async function eachAtOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

/** @param rejected told of a file that was not taken, and why; without it that is thrown */
async function uploadAll(
  { studio }: Session,
  files: readonly LocalFile[],
  purpose: Purpose,
  progress: Progress,
  signal: AbortSignal,
  rejected?: (rejection: Rejection) => void,
): Promise<(Uploaded | null)[]> {
  const sizes = await Promise.all(files.map(async ({ path }) => (await stat(path)).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const sentBytes = new Map<LocalFile, number>();
  let sumSent = 0;
  const startedAt = performance.now();

  return eachAtOnce(files, async (file) => {
    signal.throwIfAborted();
    const sent = (bytes: number) => {
      sumSent += bytes - (sentBytes.get(file) ?? 0);
      sentBytes.set(file, bytes);
      const seconds = (performance.now() - startedAt) / 1000;
      progress.show({
        what: 'Uploading',
        done: Math.round(sumSent / 1e5) / 10,
        total: Math.round(total / 1e5) / 10,
        unit: 'MB',
        secondsLeft: seconds < 1 ? null : (seconds / sumSent) * (total - sumSent),
      });
    };
    try {
      return await send(studio, file, purpose, sent, signal);
    } catch (error) {
      const isRefusal = error instanceof StudioError && error.code === 'refused';
      if (!rejected || !isRefusal) throw error;
      rejected({ path: file.path, reason: error.message });
      return null;
    }
  });
}

/** Single files, one result for each. */
export async function uploadFiles(
  session: Session,
  paths: readonly string[],
  purpose: Purpose,
  progress: Progress,
  signal: AbortSignal,
): Promise<Uploaded[]> {
  for (const path of paths) await mustBeFile(path);
  const files = paths.map((path) => ({ path, name: basename(path) }));
  const uploaded = await uploadAll(session, files, purpose, progress, signal);
  return uploaded.filter((file) => file !== null);
}

async function mustBeFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new StudioError('not-found', `There is no file ${path}.`);
}

/**
 * What to import on the studio's machine for files, folders and archives of this one. A folder stays a
 * folder there, so that its subfolders' names can be labels.
 * @throws StudioError `not-found` when a source is not there
 */
export async function uploadSources(
  session: Session,
  sources: readonly string[],
  progress: Progress,
  signal: AbortSignal,
): Promise<{ sources: string[]; rejected: Rejection[] }> {
  const there = new Set<string>();
  const rejected: Rejection[] = [];
  const reject = (rejection: Rejection) => rejected.push(rejection);

  for (const source of sources.map((path) => resolve(path))) {
    const isFolder = await stat(source).then(
      (found) => found.isDirectory(),
      () => {
        throw new StudioError('not-found', `There is no file or folder ${source}.`);
      },
    );
    const files: LocalFile[] = [];
    for await (const found of scan(source)) {
      if (found.kind === 'unreadable') reject({ path: found.path, reason: found.reason });
      else {
        const inside = isFolder ? relative(source, found.path).split(sep) : [];
        files.push({ path: found.path, name: [basename(source), ...inside].join('/') });
      }
    }
    const uploaded = await uploadAll(session, files, 'import', progress, signal, reject);
    for (const [index, file] of uploaded.entries()) {
      if (!file) continue;
      rejected.push(...file.rejected);
      // The studio's own separators are not known here; the number of folders is.
      const depth = isFolder ? files[index]!.name.split('/').length - 1 : 0;
      there.add(depth === 0 ? file.path : file.path.split(/[\\/]/).slice(0, -depth).join('/'));
    }
  }
  progress.clear();
  return { sources: [...there], rejected };
}
