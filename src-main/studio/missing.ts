/** Pictures whose files are not where they were: marked, or found at another copy. */
import { access } from 'node:fs/promises';
import type { OpenProject } from './context.ts';

const atOnce = 64;

/**
 * Marks the images of a folder whose files are gone. One of which another file is known and there is said to
 * lie there instead.
 *
 * @param seen files that were just found there: they need no second look
 * @returns how many images changed
 */
export async function markMissing(
  { store }: OpenProject,
  folder: string,
  seen: ReadonlySet<string>,
): Promise<number> {
  const unseen = store.sources
    .filesUnder(folder)
    .filter(({ path, isPlace }) => isPlace && !seen.has(path));
  const gone: number[] = [];
  let placed = 0;
  for (let start = 0; start < unseen.length; start += atOnce) {
    const some = unseen.slice(start, start + atOnce);
    const found = await Promise.all(some.map(({ path }) => isThere(path)));
    for (const [i, { id }] of some.entries()) {
      if (found[i]) continue;
      const other = await firstThere(store.sources.filesOf(id));
      if (other === null) gone.push(id);
      else {
        store.images.place(id, other);
        placed++;
      }
    }
  }
  return placed + store.sources.markMissing(gone);
}

/** Out of reach is not gone: only what the system says is not there. */
async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}

async function firstThere(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if (await isThere(path)) return path;
  return null;
}
