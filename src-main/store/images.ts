/** Images: identity, where they lie, and what the grid asks. */
import { basename } from 'node:path';
import type { HistoryEntry, Image, SplitName } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import type { Database } from './database.ts';
import { imageQueries } from './image-filter.ts';
import { projectPaths } from './paths.ts';
import type { Tally } from './tally.ts';
import { naturalKey } from './text.ts';

/** Ids in a stretch of the project: a millisecond or two. */
const stretch = 5000;

/** A file as it was found on disk. */
export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  /** Time of the last change, in milliseconds since 1970. */
  readonly modifiedMs: number;
}

export interface FoundImage extends FoundFile {
  readonly sha256: string;
  /** Pixels, after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** See images/placeholder.ts. */
  readonly placeholder: Uint8Array;
}

/** A labelled image, as training needs it. */
export interface LabelledImage {
  readonly id: number;
  readonly sha256: string;
  readonly path: string;
  readonly labelId: number;
  readonly split: SplitName | null;
}

export type Images = ReturnType<typeof imagesTable>;

export function imagesTable(database: Database, tally: () => Tally) {
  type Flag = 'missing' | 'unsure' | 'excluded';
  type Row = Omit<Image, 'name' | Flag> & { readonly [F in Flag]: 0 | 1 };
  const { stored, absolute } = projectPaths(database);
  const columns = `id, path, sha256, width, height, bytes, imported_at AS importedAt,
    label_id AS labelId, split, missing_at IS NOT NULL AS missing, unsure, excluded, note`;
  const byId = database.prepare<[number], Row>(`SELECT ${columns} FROM all_images WHERE id = ?`);
  const hashes = database.prepare<[], string>('SELECT sha256 FROM all_images').pluck();
  const bySha = database.prepare<[string], Row & { readonly removed: 0 | 1 }>(
    `SELECT ${columns}, removed FROM all_images WHERE sha256 = ?`,
  );
  const bringBack = database.prepare('UPDATE all_images SET removed = 0 WHERE id = ?');
  const insert = database.prepare(`
    INSERT INTO all_images (sha256, path, sort_key, width, height, bytes, imported_at, placeholder)
    VALUES (@sha256, @path, @sortKey, @width, @height, @bytes, @at, @placeholder)`);
  const setPlaceholder = database.prepare(
    'UPDATE all_images SET placeholder = ? WHERE id = ? AND placeholder IS NULL',
  );
  const placeholder = database
    .prepare<[number], Uint8Array | null>('SELECT placeholder FROM all_images WHERE id = ?')
    .pluck();
  const remember = database.prepare(`
    INSERT INTO files (path, image_id, bytes, modified_ms) VALUES (@path, @id, @bytes, @modifiedMs)
    ON CONFLICT DO UPDATE
      SET image_id = excluded.image_id, bytes = excluded.bytes, modified_ms = excluded.modified_ms`);
  const known = database
    .prepare<FoundFile[], number>(`
      SELECT image_id FROM files JOIN images ON images.id = image_id
      WHERE files.path = @path AND files.bytes = @bytes AND modified_ms = @modifiedMs
        AND placeholder IS NOT NULL`)
    .pluck();
  const takenBack = database
    .prepare<FoundFile[], 1>(`
      SELECT 1 FROM files JOIN all_images ON all_images.id = image_id
      WHERE files.path = @path AND files.bytes = @bytes AND modified_ms = @modifiedMs AND removed`)
    .pluck();
  const forgotten = database.prepare<[], { id: number; sha256: string }>(`
    SELECT id, sha256 FROM all_images
    WHERE removed AND ${['arrivals', 'dataset_images', 'predictions', 'part_predictions']
      .map((table) => `NOT EXISTS (SELECT 1 FROM ${table} WHERE image_id = all_images.id)`)
      .join(' AND ')}`);
  const forget = database.prepare('DELETE FROM all_images WHERE id = ? AND removed');
  const place = database.prepare(
    'UPDATE all_images SET path = ?, sort_key = ?, missing_at = NULL WHERE id = ?',
  );
  const labelled = database.prepare<[], LabelledImage>(
    `SELECT id, sha256, path, label_id AS labelId, split FROM images
     WHERE label_id IS NOT NULL AND NOT excluded ORDER BY id`,
  );
  const labelsBetween = database
    .prepare<[number, number], [number, number]>(
      `SELECT id, label_id FROM images
       WHERE id > ? AND id <= ? AND label_id IS NOT NULL AND NOT excluded ORDER BY id`,
    )
    .raw();
  const last = database.prepare<[], number | null>('SELECT max(id) FROM images').pluck();
  const waiting = database
    .prepare<[number], number>(
      'SELECT 1 FROM images WHERE id = ? AND label_id IS NULL AND NOT excluded',
    )
    .pluck();
  const waits = (id: number) => waiting.get(id) !== undefined;
  const after = database.prepare<[number, number], Pick<Image, 'id' | 'sha256' | 'path'>>(
    'SELECT id, sha256, path FROM images WHERE id > ? ORDER BY id LIMIT ?',
  );
  const labelOf = database
    .prepare<[], [number, number]>(
      'SELECT id, label_id FROM images WHERE label_id IS NOT NULL ORDER BY id',
    )
    .raw();
  const history = database.prepare<{ id: number }, HistoryEntry>(`
    WITH happened AS (
      SELECT operation_id, 'label' AS what, labels.name AS value
      FROM assignments LEFT JOIN labels ON labels.id = assignments.after WHERE image_id = @id
      UNION ALL
      SELECT operation_id, after.key, CASE after.key
        WHEN 'note' THEN nullif(after.value, '') ELSE iif(after.value, 'yes', NULL) END
      FROM mark_changes, json_each(mark_changes.after) AS after
      WHERE image_id = @id AND mark_changes.before ->> after.key IS NOT after.value
    )
    SELECT happened.what, value, at FROM happened JOIN operations ON operations.id = operation_id
    WHERE NOT undone ORDER BY operation_id DESC`);
  const fileOf = database
    .prepare<{ path: string }, number>(
      `SELECT image_id FROM files WHERE path = @path
       UNION ALL SELECT id FROM images WHERE path = @path LIMIT 1`,
    )
    .pluck();

  const missing = database
    .prepare<[], number>('SELECT count(*) FROM images WHERE missing_at IS NOT NULL')
    .pluck();

  const imageOf = ({ removed: _, ...row }: Row & { readonly removed?: 0 | 1 }): Image => ({
    ...row,
    path: absolute(row.path),
    name: basename(row.path),
    missing: row.missing === 1,
    unsure: row.unsure === 1,
    excluded: row.excluded === 1,
  });

  function find(id: number): Image | undefined {
    const row = byId.get(id);
    return row && imageOf(row);
  }

  function get(id: number): Image {
    const image = find(id);
    if (!image) throw new StudioError('not-found', `Picture ${id} is not in this project.`);
    return image;
  }

  return {
    ...imageQueries(database),
    /** Also one whose import was undone: a run may speak of it. */
    get,

    /** In the order asked; ids that do not exist (any more) are left out. */
    getMany: database.transaction((ids: readonly number[]): Image[] =>
      ids.flatMap((id) => find(id) ?? []),
    ),

    /** SHA-256 of every picture. */
    hashes(): ReadonlySet<string> {
      return new Set(hashes.all());
    },

    bySha256(sha256: string): Image | undefined {
      const row = bySha.get(sha256);
      return row?.removed === 0 ? imageOf(row) : undefined;
    },

    /**
     * The image that this very file was found to be when it was last read; undefined when it is new or changed,
     * or was read before there were placeholders.
     */
    known: (file: FoundFile): number | undefined => known.get({ ...file, path: stored(file.path) }),

    /** Was this very file found to be an image whose import was undone? */
    isTakenBack: (file: FoundFile): boolean =>
      takenBack.get({ ...file, path: stored(file.path) }) === 1,

    /**
     * Adds an image, or recognises one that is there already (by its hash); one whose import was undone is back as it
     * was (`cameBack`). Either way the file is remembered, see `known`. Many at once are much quicker in one
     * `store.transaction`.
     */
    add(found: FoundImage): {
      readonly id: number;
      readonly added: boolean;
      readonly cameBack: boolean;
    } {
      const { sha256, width, height, bytes, placeholder } = found;
      const path = stored(found.path);
      const there = bySha.get(sha256);
      // From before there were placeholders.
      if (there) setPlaceholder.run(placeholder, there.id);
      const cameBack = there?.removed === 1;
      if (cameBack) bringBack.run(there.id);
      const id =
        there?.id ??
        Number(
          insert.run({
            sha256,
            path,
            width,
            height,
            bytes,
            sortKey: naturalKey(basename(path)),
            at: new Date().toISOString(),
            placeholder,
          }).lastInsertRowid,
        );
      remember.run({ path, id, bytes, modifiedMs: found.modifiedMs });
      return { id, added: there === undefined || cameBack, cameBack };
    },

    /** The image's file is here: another place than before, or the same after it was missing. */
    place(id: number, path: string): void {
      place.run(stored(path), naturalKey(basename(path)), id);
    },

    /** Placeholders in the order asked, null where there is none. */
    placeholders: database.transaction((ids: readonly number[]): (Uint8Array | null)[] =>
      ids.map((id) => placeholder.get(id) ?? null),
    ),

    /** Those that may be trained on: with a label, and not excluded. */
    labelled: (): LabelledImage[] =>
      labelled.all().map((image) => ({ ...image, path: absolute(image.path) })),

    /**
     * Ids and label ids of those that may be trained on, a stretch of the project at a time: whoever has the thread
     * besides need not wait for all of them.
     */
    *labelsInStretches(): Generator<readonly (readonly [id: number, labelId: number])[]> {
      const end = last.get() ?? 0;
      for (let at = 0; at < end; at += stretch) yield labelsBetween.all(at, at + stretch);
    },

    /** The same of one image; undefined when it may not be trained on. */
    labelToLearn: (id: number): number | undefined => labelsBetween.all(id - 1, id)[0]?.[1],

    /** Has it neither a label nor been excluded? */
    waits,

    /** Those of these that wait so, in the order given. */
    waitingOf: database.transaction((ids: readonly number[]): number[] => ids.filter(waits)),

    /** Label ids by image id, of the labelled images. */
    labelOf: (): Map<number, number> => new Map(labelOf.all()),

    /** The next `count` images in the order in which they came. */
    after: (id: number, count: number) =>
      after.all(id, count).map((image) => ({ ...image, path: absolute(image.path) })),

    /** What was done to the image and when, the latest first; what was undone is not told. */
    history(id: number): HistoryEntry[] {
      get(id);
      return history.all({ id });
    },

    /** Those whose import can no longer be redone, and of which no run speaks. */
    forgotten: (): { id: number; sha256: string }[] => forgotten.all(),

    /** Of those that are no longer in the project. */
    forget: database.transaction((ids: readonly number[]): void => {
      for (const id of ids) forget.run(id);
    }),

    missing: (): number => missing.get()!,

    count: (): number => tally().images,

    /** Labelled images by split, without the excluded ones. */
    splitCounts: (): Record<SplitName, number> => tally().split,

    /** How many are unsure, excluded, and excluded without a label. */
    marked: () => tally().marked,

    /** The image that the file at this path is, or was when it was last read. */
    atPath: (path: string): number | undefined => fileOf.get({ path: stored(path) }),
  };
}
