/** Which files a folder holds. */
import { type BigIntStats, type Dirent, existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileReason } from './format.ts';

export type Found =
  | {
      readonly kind: 'file';
      readonly path: string;
      /** Name of the folder that holds it; null for the source itself and for what lies directly in it. */
      readonly folder: string | null;
    }
  /** A folder or a link that could not be followed. */
  | { readonly kind: 'unreadable'; readonly path: string; readonly reason: string };

/** What operating systems leave beside pictures. Names that begin with a dot are hidden anyway. */
const droppings = new Set([
  'Thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  'Icon\r',
  '__MACOSX',
  '@eaDir',
  '$RECYCLE.BIN',
  'System Volume Information',
]);

/** Is this a name that a person gave, and not hidden or left behind by an operating system? */
export function isVisible(name: string): boolean {
  return !name.startsWith('.') && !droppings.has(name);
}

/** What a project keeps in its folder. People do put a project into the folder with the pictures. */
const ownOfProject = /^(studio\..*|thumbnails|features|runs|uploads)$/;

/** Does this place within a folder belong to a project that is kept there, and not to its pictures? */
export function belongsToProject(folder: string, place: string): boolean {
  for (let at = place; at !== folder && at !== dirname(at); at = dirname(at))
    if (ownOfProject.test(basename(at)) && existsSync(join(dirname(at), 'studio.db'))) return true;
  return false;
}

const order = new Intl.Collator('en', { numeric: true });
export const byName = (a: string, b: string) => order.compare(a, b) || (a < b ? -1 : 1);

/**
 * All files of a source, depth first, names in natural order (2 before 10). Links are followed; a folder
 * that is met twice, as in a circle of links, is read once. A source that is a file is found as it is,
 * hidden or not. Throws when the source itself is not there.
 */
export async function* scan(source: string): AsyncGenerator<Found> {
  const target = await stat(source, { bigint: true });
  if (target.isDirectory()) yield* walk(source, null, new Set([identity(target)]));
  else yield { kind: 'file', path: source, folder: null };
}

async function* walk(
  directory: string,
  folder: string | null,
  seen: Set<string>,
): AsyncGenerator<Found> {
  let entries: Dirent[];
  try {
    entries = await readdir(directory, { withFileTypes: true });
  } catch (error) {
    yield { kind: 'unreadable', path: directory, reason: fileReason(error) };
    return;
  }
  const isProject = entries.some((entry) => entry.name === 'studio.db');
  const wanted = entries
    .filter(({ name }) => isVisible(name))
    .filter(({ name }) => !(isProject && ownOfProject.test(name)))
    .sort((a, b) => byName(a.name, b.name));

  for (const entry of wanted) {
    const path = join(directory, entry.name);
    if (entry.isFile()) {
      yield { kind: 'file', path, folder };
      continue;
    }
    try {
      const target = await stat(path, { bigint: true });
      if (!target.isDirectory()) {
        yield { kind: 'file', path, folder };
      } else if (!seen.has(identity(target))) {
        seen.add(identity(target));
        yield* walk(path, entry.name, seen);
      }
    } catch (error) {
      yield { kind: 'unreadable', path, reason: fileReason(error) };
    }
  }
}

/** What tells two folders apart; from bigints, for Windows' file ids do not fit a double. */
function identity({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
