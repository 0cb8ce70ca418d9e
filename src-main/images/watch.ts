/** Tells when something in a folder, or in one below it, comes, goes or changes. */
import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { belongsToProject, byName, isVisible } from './scan.ts';

/** File systems of other machines, which tell of no changes (Linux: statfs(2)). */
const remote = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546]);

/** Where the system itself watches a whole tree. Node's own way on Linux needs a watch for every file. */
const watchesTrees = process.platform === 'darwin' || process.platform === 'win32';

/** Changes come in bursts: a copy of many files, a program that writes through a temporary file. */
const settleMs = 800;
/** When more than this has changed, to look at all of the folder is no more work. */
const mostPlaces = 1000;

/** Paths of files and folders that came, went or changed; null: any may have. */
export type Changed = readonly string[] | null;

export interface FolderWatch {
  close(): void;
}

/**
 * @param onChange called when nothing has changed for a moment after a change
 * @throws Error with a sentence when the folder cannot be watched
 */
export async function watchFolder(
  folder: string,
  onChange: (places: Changed) => void,
): Promise<FolderWatch> {
  await requireLocal(folder);
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let places: Set<string> | null = new Set();

  function changed(directory: string, name: string | null): void {
    if (closed || (name && !name.split(/[\\/]/).every(isVisible))) return;
    const place = name && join(directory, name);
    if (place && belongsToProject(folder, place)) return;
    if (place) places?.add(place);
    if (!place || (places && places.size > mostPlaces)) places = null;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const all = places && [...places].sort(byName);
      places = new Set();
      // There may be new folders, which are to be watched too; what cannot be is found at the next look.
      for (const folders of all ?? [folder]) void addAll(folders).catch(() => undefined);
      onChange(all);
    }, settleMs);
    timer.unref();
  }

  function add(directory: string): void {
    if (closed || watchers.has(directory)) return;
    const watcher = watch(directory, { recursive: watchesTrees, persistent: false }, (_, name) =>
      changed(directory, name),
    );
    // The folder is gone: its parent tells of that.
    watcher.on('error', () => {
      watcher.close();
      watchers.delete(directory);
      changed(directory, null);
    });
    watchers.set(directory, watcher);
  }

  async function addAll(directory: string): Promise<void> {
    if (watchesTrees && directory !== folder) return;
    if (!(await stat(directory)).isDirectory()) return;
    add(directory);
    if (watchesTrees) return;
    for (const entry of await readdir(directory, { withFileTypes: true }))
      if (entry.isDirectory() && isVisible(entry.name)) await addAll(join(directory, entry.name));
  }

  function close(): void {
    closed = true;
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
    watchers.clear();
  }

  try {
    await addAll(folder);
  } catch (error) {
    close();
    throw new Error(reasonFor(error), { cause: error });
  }
  return { close };
}

async function requireLocal(folder: string): Promise<void> {
  if (process.platform !== 'linux') return;
  if (remote.has((await statfs(folder)).type))
    throw new Error('It lies on a network drive, which tells of no changes.');
}

function reasonFor(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EMFILE':
      return 'The system watches no more folders (its limit is reached).';
    default:
      return `It cannot be watched (${error instanceof Error ? error.message : String(error)}).`;
  }
}
