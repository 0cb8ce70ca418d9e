/** Files of this machine for a studio on another. */
import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, relative, sep } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { CallInput } from '../../src-shared/contract.ts';
import type { Rejection } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { importRoots } from '../../src-shared/import-roots.ts';
import { type NamedFile, type UploadResult, upload } from '../../src-shared/upload.ts';
import { scan } from '../images/scan.ts';
import type { Progress } from './progress.ts';
import type { Session } from './session.ts';

/** Time to dig a new tunnel. */
const patienceMs = 5 * 60_000;
const retryMs = 3000;

async function send(
  { studio }: Session,
  files: readonly NamedFile[],
  purpose: CallInput<'uploads.begin'>['purpose'],
  progress: Progress,
  interrupted: AbortSignal,
): Promise<UploadResult> {
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  const startedAt = performance.now();
  const gone = new AbortController();
  const signal = AbortSignal.any([interrupted, gone.signal]);
  let movedAt = Date.now();
  try {
    return await upload(files, {
      purpose,
      signal,
      keepParts: true,
      call: (name, input) => studio.call(name, input),
      async connected() {
        if (Date.now() - movedAt > patienceMs) {
          gone.abort(
            new StudioError(
              'unavailable',
              'The connection was lost during the upload and did not come back: repeat the command, and it goes on where it was.',
            ),
          );
        }
        await wait(retryMs, undefined, { signal });
      },
      onProgress({ bytes }) {
        movedAt = Date.now();
        const seconds = (performance.now() - startedAt) / 1000;
        progress.show({
          what: 'Uploading',
          done: Math.round(bytes / 1e5) / 10,
          total: Math.round(total / 1e5) / 10,
          unit: 'MB',
          // The first second says little about the line.
          secondsLeft: seconds > 1 && bytes > 0 ? (seconds / bytes) * (total - bytes) : null,
        });
      },
    });
  } finally {
    progress.clear();
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new StudioError('not-found', `There is no file or folder ${path}.`, { cause: error });
  }
}

/**
 * Where single files lie on the studio's machine then.
 * @throws StudioError naming the first one that is not there or was refused
 */
export async function uploadFiles(
  session: Session,
  paths: readonly string[],
  purpose: 'predict' | 'backbone',
  progress: Progress,
  signal: AbortSignal,
): Promise<{ local: string; there: string }[]> {
  const files: NamedFile[] = [];
  for (const [index, path] of paths.entries()) {
    if (await isFolder(path)) throw new StudioError('refused', `${path} is a folder: name files.`);
    // Two folders may hold files of the same name.
    files.push({ name: `${index}/${basename(path)}`, file: await openAsBlob(path) });
  }
  const { uploaded, rejected } = await send(session, files, purpose, progress, signal);
  const [first] = rejected;
  if (first) throw new StudioError('refused', `${basename(first.path)}: ${first.reason}`);
  return uploaded.map(({ name, path }) => ({
    local: paths[Number.parseInt(name, 10)]!,
    there: path,
  }));
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
  for (const source of sources) {
    const files: NamedFile[] = [];
    const localPaths = new Map<string, string>();
    const inFolder = await isFolder(source);
    for await (const found of scan(source)) {
      if (found.kind === 'unreadable') {
        rejected.push({ path: found.path, reason: found.reason });
        continue;
      }
      const inside = inFolder ? relative(source, found.path).split(sep) : [];
      const name = [basename(source), ...inside].join('/');
      localPaths.set(name, found.path);
      try {
        files.push({ name, file: await openAsBlob(found.path) });
      } catch {
        rejected.push({ path: found.path, reason: 'The file cannot be read.' });
      }
    }
    const result = await send(session, files, 'import', progress, signal);
    for (const root of importRoots(result.uploaded)) there.add(root);
    for (const { path, reason } of result.rejected) {
      // A member of an archive stands under its own name.
      rejected.push({ path: localPaths.get(path) ?? path, reason });
    }
  }
  return { sources: [...there], rejected };
}
