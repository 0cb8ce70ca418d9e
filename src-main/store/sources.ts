/** Folders that pictures come from, and which of their files are there. */
import type { ImageSource } from '../../src-shared/domain.ts';
import type { Database } from './database.ts';
import type { SourceChange, SourceState } from './effects.ts';
import { projectPaths } from './paths.ts';

export type SourceRow = Pick<ImageSource, 'id' | 'path' | 'labels' | 'watched'>;

export type Sources = ReturnType<typeof sourcesTable>;

export function sourcesTable(database: Database) {
  type Row = Omit<SourceRow, 'watched'> & { readonly watched: 0 | 1 };
  const { stored, absolute } = projectPaths(database);
  const all = database.prepare<[], Row>(
    'SELECT id, path, labels, watched FROM sources ORDER BY path',
  );
  const remember = database.prepare(`
    INSERT INTO sources (path, labels, watched) VALUES (?, ?, ?)
    ON CONFLICT (path) DO UPDATE
      SET labels = excluded.labels, watched = max(watched, excluded.watched)`);
  const stateOf = database.prepare<[string], SourceState>(
    'SELECT labels, watched FROM sources WHERE path = ?',
  );
  const setWatched = database.prepare('UPDATE sources SET watched = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM sources WHERE id = ?');
  // A range of the primary key: all paths that begin with the folder's.
  const under = database.prepare<
    { at: string; from: string; to: string },
    { path: string; id: number; isPlace: 0 | 1 }
  >(`
    SELECT files.path, image_id AS id, files.path = images.path AS isPlace
    FROM files JOIN images ON images.id = image_id
    WHERE files.path = @at OR (files.path >= @from AND files.path < @to)`);
  const counts = database.prepare<
    { from: string; to: string },
    { pictures: number; missing: number }
  >(`
    SELECT count(*) AS pictures, count(missing_at) AS missing FROM images WHERE id IN
      (SELECT image_id FROM files WHERE path >= @from AND path < @to)`);
  const otherFiles = database
    .prepare<[number], string>('SELECT path FROM files WHERE image_id = ?')
    .pluck();
  const miss = database.prepare(
    'UPDATE all_images SET missing_at = ? WHERE id = ? AND missing_at IS NULL',
  );

  /** From the separator to the character after it: everything within the folder. */
  function range(folder: string): { from: string; to: string } {
    const path = stored(folder).replace(/[\\/]+$/, '');
    const separator = path.includes('\\') ? '\\' : '/';
    const next = String.fromCharCode(separator.charCodeAt(0) + 1);
    return { from: path + separator, to: path + next };
  }

  return {
    list: (): SourceRow[] =>
      all.all().map((row) => ({ ...row, path: absolute(row.path), watched: row.watched === 1 })),

    /** Once watched, a folder stays so until it is told otherwise. Returns what that came to. */
    remember(path: string, labels: SourceRow['labels'], watched: boolean): SourceChange {
      const at = stored(path);
      const before = stateOf.get(at) ?? null;
      remember.run(at, labels, watched ? 1 : 0);
      return { path: at, before, after: stateOf.get(at)! };
    },

    setWatched(id: number, watched: boolean): boolean {
      return setWatched.run(watched ? 1 : 0, id).changes > 0;
    },

    /** Its pictures stay. */
    remove(id: number): void {
      remove.run(id);
    },

    /** How many images have a file in this folder, and how many of those are missing. */
    counts: (folder: string): { pictures: number; missing: number } => counts.get(range(folder))!,

    /** Files in this folder, or the one at it, that were found to be images; `isPlace`: the image is said to lie there. */
    filesUnder: (folder: string): { path: string; id: number; isPlace: boolean }[] =>
      under
        .all({ at: stored(folder), ...range(folder) })
        .map(({ path, id, isPlace }) => ({ path: absolute(path), id, isPlace: isPlace === 1 })),

    /** Every file that was found to be this image. */
    filesOf: (id: number): string[] => otherFiles.all(id).map(absolute),

    /** Marks images whose files were not found; returns how many were not marked before. */
    markMissing: database.transaction((ids: readonly number[]): number => {
      const now = new Date().toISOString();
      return ids.reduce((sum, id) => sum + miss.run(now, id).changes, 0);
    }),
  };
}
