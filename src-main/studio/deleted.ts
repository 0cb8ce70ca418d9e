/**
 * What was deleted, or taken back by undo, and waits on the disk until that can no longer be turned back: runs with their
 * folders, and pictures with their thumbnails and, where they were uploaded, files.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { toErrorReply } from '../../src-shared/errors.ts';
import { thumbnailPath } from '../images/inspect.ts';
import type { Store } from '../store/store.ts';
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';
import { runFolderIn } from './interrupted.ts';

/** A deleted run can be brought back for so many days. */
const days = 30;
const day = 24 * 60 * 60 * 1000;

export function deletedCalls(context: Context): Pick<Handlers, 'runs.deleted' | 'runs.free'> {
  return {
    'runs.deleted': async () => {
      const { path, store } = context.project();
      const runs = await Promise.all(
        store.runs.deleted().map(async ({ deletedAt, ...run }) => ({
          ...run,
          bytes: await sizeOf(runFolderIn(path, run.id)),
          until: new Date(Date.parse(deletedAt) + days * day).toISOString(),
        })),
      );
      return { runs, bytes: runs.reduce((sum, { bytes }) => sum + bytes, 0) };
    },
    'runs.free': async () => {
      const { path, store } = context.project();
      store.runs.letGo(new Date(Date.now() + 1).toISOString());
      const freed = await removeRuns(path, store);
      context.changed(); // undo may have become another
      return { runs: freed };
    },
  };
}

/**
 * When a project is opened, before anything else is done in it. First the files, then what says that they are there:
 * where this is cut off, it is done again the next time.
 */
export async function removeForgotten(project: string, store: Store): Promise<void> {
  store.runs.letGo(new Date(Date.now() - days * day).toISOString());
  try {
    await removeRuns(project, store);
    await removePictures(project, store);
  } catch (error) {
    // No reason not to open the project.
    console.error(`Tidying ${project}:`, toErrorReply(error).message);
  }
}

async function removeRuns(project: string, store: Store): Promise<number> {
  const lost = store.runs.lost();
  for (const id of lost) {
    await rm(runFolderIn(project, id), { recursive: true, force: true });
    store.runs.remove(id);
  }
  return lost.length;
}

async function removePictures(project: string, store: Store): Promise<void> {
  const forgotten = store.images.forgotten();
  const own = join(project, 'images') + sep;
  for (const { id, sha256 } of forgotten) {
    const copies = store.sources.filesOf(id).filter((path) => path.startsWith(own));
    for (const path of [...copies, thumbnailPath(join(project, 'thumbnails'), sha256)])
      await rm(path, { force: true });
  }
  store.images.forget(forgotten.map(({ id }) => id));
}

/** Bytes in the files of a folder; 0 where there is none. */
export async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        stat(join(entry.parentPath, entry.name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
