/** One import, from its sources to its report. */
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import type { Image, ImportReport, Rejection } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { archiveKind, unpack } from '../images/archive.ts';
import { fileReason, reasonOf } from '../images/format.ts';
import { scan } from '../images/scan.ts';
import type { SourceChange } from '../store/effects.ts';
import type { Store } from '../store/store.ts';
import type { Context, OpenProject } from './context.ts';
import { type ImportedFile, ImportWriter } from './import-writer.ts';
import { markMissing } from './missing.ts';
import { Pace } from './pace.ts';

export interface ImportOrder {
  readonly importId: string;
  /** Absolute paths of files, folders and archives. */
  readonly sources: readonly string[];
  /** Does the name of the folder that holds a picture become its label? */
  readonly byFolder: boolean;
  /**
   * A look at a folder that is known: progress is told only while there is something new, and neither duplicates
   * nor what was turned down; folders label only what is new.
   */
  readonly quiet?: boolean;
  /**
   * The sources are places in this folder, which is known, where something came, went or changed: what is seen there
   * is as when the whole folder is looked at.
   */
  readonly within?: string;
  /** Whence, in a word or two, for undo. */
  readonly from?: string;
  /** What the import has made of the folders that pictures come from: undone with it. */
  readonly sourceChanges?: readonly SourceChange[];
}

/** What an import came to, and the step by which undo takes it back (null: nothing came in). */
export interface Imported {
  readonly report: ImportReport;
  readonly operation: number | null;
}

interface SourceFile {
  readonly path: string;
  /** What would be its label; null directly in the source. */
  readonly folder: string | null;
}

/** So many files are read ahead of the one that is written next: order is kept, and no thread waits. */
const ahead = 16;

/**
 * What is read is written in batches and stays, however the import ends; done again, it goes on where it
 * stopped. Throws when it cannot go on at all: the disk is full, the database is gone.
 */
export async function runImport(
  context: Context,
  project: OpenProject,
  order: ImportOrder,
  signal: AbortSignal,
): Promise<Imported> {
  const { importId, sources, quiet = false, within } = order;
  const writer = new ImportWriter(context, project, order);
  const pace = new Pace((done, total, secondsLeft) => {
    if (quiet && writer.counts().imported === 0) return;
    context.emit({ name: 'import.progress', data: { importId, done, total, secondsLeft } });
  });
  pace.report(0, null);
  const rejected: Rejection[] = [];
  const { files, folders } = await collect(project, { sources, within }, rejected, signal);
  pace.report(0, files.length);

  const reading: Promise<ImportedFile | Error | null>[] = [];
  const isStopped = () => signal.aborted || writer.isUndone;
  let done = 0;
  const takeOne = async () => {
    const { path } = files[done]!;
    const file = await reading.shift()!;
    if (file !== null && !(file instanceof Error)) writer.add(file);
    else if (file === null) {
      // Passed over.
    } else if (file instanceof StudioError && file.code === 'refused')
      rejected.push({ path, reason: reasonOf(file, path) });
    else if (!signal.aborted) throw file;
    pace.report(++done, files.length);
  };
  try {
    for (const file of files) {
      if (isStopped()) break;
      reading.push(examine(context, project, file, quiet).catch(asError));
      if (reading.length === ahead) await takeOne();
    }
    while (reading.length > 0) await takeOne();
  } finally {
    await Promise.all(reading);
    writer.flush();
    const read = files.slice(0, done).map(({ path }) => path);
    const seen = new Set(read);
    // Not members of archives: there is no file to look at.
    project.store.statistics.read(
      read,
      rejected.filter(({ path }) => seen.has(path)),
    );
  }
  pace.finish();
  if (!isStopped()) {
    const seen = new Set(files.map(({ path }) => path));
    let changed = 0;
    for (const folder of folders) changed += await markMissing(project, folder, seen);
    if (changed > 0) writer.tell();
  }
  const counts = writer.counts();
  const report = quiet
    ? { ...counts, duplicates: 0, rejected: [], cancelled: isStopped() }
    : { ...counts, rejected, cancelled: isStopped() };
  return { report, operation: writer.operation };
}

/** Archives are unpacked into the project's own `images/` first. */
async function collect(
  project: OpenProject,
  { sources, within }: Pick<ImportOrder, 'sources'> & { readonly within: string | undefined },
  rejected: Rejection[],
  signal: AbortSignal,
): Promise<{ readonly files: SourceFile[]; readonly folders: string[] }> {
  const files = new Map<string, SourceFile>();
  const folders: string[] = [];
  const own = join(project.path, 'images');
  for (const source of sources) {
    let root = source;
    if (within === undefined && archiveKind(source) && (await stat(source)).isFile()) {
      try {
        const unpacked = await unpack(source, {
          name: source,
          into: own,
          temporary: join(project.path, 'uploads'),
          signal,
        });
        rejected.push(...unpacked.rejected);
        root = unpacked.folder;
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof StudioError && error.code === 'refused')) throw error;
        rejected.push({ path: source, reason: reasonOf(error, source) });
        continue;
      }
    }
    const kind = await stat(root).catch((error: unknown) => {
      if (within === undefined) throw error;
      return null; // it went
    });
    if (kind === null || kind.isDirectory()) folders.push(root);
    if (kind === null) continue;
    for await (const found of scan(root)) {
      if (signal.aborted) break;
      const { path } = found;
      if (found.kind === 'unreadable') rejected.push({ path, reason: found.reason });
      else if (!files.has(path)) {
        const uploaded = path === source ? uploadedFolder(own, path) : found.folder;
        const folder = within === undefined ? uploaded : folderWithin(within, path);
        files.set(path, { path, folder });
      }
    }
  }
  return { files: [...files.values()], folders };
}

/** As a scan of the whole would say it. */
function folderWithin(whole: string, path: string): string | null {
  const folder = dirname(path);
  return folder === whole ? null : basename(folder);
}

/** A picture that was uploaded by itself still has the folder that it had on the other machine. */
function uploadedFolder(own: string, path: string): string | null {
  const inside = relative(own, dirname(path));
  return inside === '' || isAbsolute(inside) || inside.startsWith('..') ? null : basename(inside);
}

/**
 * Null for a file that is passed over: its import was undone, and it did not come again by anybody's wish. Throws a
 * StudioError `refused` when the file is to be rejected; anything else ends the import.
 */
async function examine(
  { inspectors }: Context,
  { path: root, store }: OpenProject,
  { path, folder }: SourceFile,
  quiet: boolean,
): Promise<ImportedFile | null> {
  const file = await fileAt(path);
  if (quiet && store.images.isTakenBack(file)) return null;
  const known = store.images.known(file);
  if (known !== undefined) {
    const isHere = await isFoundAt(store, store.images.get(known), path);
    return { path, folder, image: known, isHere };
  }
  const { format: _, ...inspection } = await inspectors.inspect(path, join(root, 'thumbnails'));
  const { sha256 } = inspection;
  const there = store.images.bySha256(sha256);
  const isHere = there !== undefined && (await isFoundAt(store, there, path));
  return { path, folder, image: { ...file, ...inspection }, isHere };
}

/** Was the picture missing or is it no longer where it was last seen, and is found again at `path`? */
async function isFoundAt(store: Store, image: Image, path: string): Promise<boolean> {
  if (image.missing) return true;
  if (image.path === path) return false;
  try {
    return store.images.known(await fileAt(image.path)) !== image.id;
  } catch {
    // Gone or out of reach there; at `path` it can be read.
    return true;
  }
}

async function fileAt(path: string) {
  try {
    const { size, mtimeMs } = await stat(path);
    return { path, bytes: size, modifiedMs: mtimeMs };
  } catch (error) {
    throw new StudioError('refused', `${path}: ${fileReason(error)}`, { cause: error });
  }
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));
