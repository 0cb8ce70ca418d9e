/** What an operation can do to the project: how each effect is written down, and how it is taken back or done again. */
import { StudioError } from '../../src-shared/errors.ts';
import type { Database } from './database.ts';
import type { MarkChange } from './marks.ts';

export interface LabelState {
  readonly name: string;
  readonly colour: number;
  readonly deleted: 0 | 1;
}

export interface ViewState {
  readonly name: string;
  /** JSON. */
  readonly filter: string;
  readonly sort: string;
  readonly deleted: 0 | 1;
}

export interface SourceState {
  readonly labels: 'none' | 'folders';
  readonly watched: 0 | 1;
}

/** A folder as it is stored, and what an import made of it; null before: it was not known. */
export interface SourceChange {
  readonly path: string;
  readonly before: SourceState | null;
  readonly after: SourceState;
}

/** Which way an operation is applied: `before` undoes it, `after` redoes it. */
export type Side = 'before' | 'after';

/** What changed beside labels and marks when an operation was turned. */
export interface Others {
  readonly views: boolean;
  /** Pictures are gone, or are back. */
  readonly pictures: boolean;
  readonly sources: boolean;
  readonly runs: readonly { readonly id: number; readonly deleted: boolean }[];
}

/** Where an operation's effects are written while it is being done. */
export interface Operation {
  readonly id: number;
  /** Gives images a label, or none; returns how many changed. Unknown ids are passed over. */
  assign(imageIds: readonly number[], labelId: number | null): number;
  /** The same for all images that carry a label. */
  reassign(from: number, to: number | null): number;
  changeLabel(id: number, before: LabelState, after: LabelState): void;
  changeView(id: number, before: ViewState, after: ViewState): void;
  /** Marks images; returns how many changed. Unknown ids are passed over. */
  mark(imageIds: readonly number[], to: MarkChange): number;
  /** These images, which are there already, came in with it. */
  bring(imageIds: readonly number[]): void;
  /** Of a folder that was changed already. */
  changeSource(change: SourceChange): void;
  deleteRun(id: number): void;
  /** How many images it touches by now, and how many of them came in with it. */
  size(): number;
  brought(): number;
}

export type Effects = ReturnType<typeof effectsOn>;

export function effectsOn(database: Database) {
  const isEmpty = database.prepare<{ id: number }, 0 | 1>(
    `SELECT ${tables.map((table) => `NOT EXISTS (SELECT 1 FROM ${table} WHERE operation_id = @id)`).join(' AND ')}`,
  );
  isEmpty.pluck();
  // An image that one operation touches twice keeps the label it had before the first time.
  const onConflict = 'ON CONFLICT DO UPDATE SET after = excluded.after';
  const recordImages = database.prepare(`
    INSERT INTO assignments (operation_id, image_id, before, after)
    SELECT @operation, images.id, images.label_id, @to
    FROM json_each(@ids) JOIN images ON images.id = json_each.value
    WHERE images.label_id IS NOT @to ${onConflict}`);
  const recordCarriers = database.prepare(`
    INSERT INTO assignments (operation_id, image_id, before, after)
    SELECT @operation, id, label_id, @to FROM images WHERE label_id = @from ${onConflict}`);
  const setImages = database.prepare(`
    UPDATE all_images SET label_id = @to
    WHERE id IN (SELECT value FROM json_each(@ids)) AND NOT removed AND label_id IS NOT @to`);
  const setCarriers = database.prepare(
    'UPDATE all_images SET label_id = @to WHERE label_id = @from AND NOT removed',
  );
  const recordLabel = database.prepare(`
    INSERT INTO label_changes (operation_id, label_id, before, after)
    VALUES (?, ?, ?, ?) ${onConflict}`);
  const recordView = database.prepare(`
    INSERT INTO view_changes (operation_id, view_id, before, after)
    VALUES (?, ?, ?, ?) ${onConflict}`);
  const marksOf = (unsure: string, excluded: string, note: string) =>
    `json_object('unsure', ${unsure}, 'excluded', ${excluded}, 'note', ${note})`;
  const before = marksOf('images.unsure', 'images.excluded', 'images.note');
  const after = marksOf(
    'coalesce(CAST(@unsure AS INTEGER), images.unsure)',
    'coalesce(CAST(@excluded AS INTEGER), images.excluded)',
    'coalesce(@note, images.note)',
  );
  const recordMarks = database.prepare(`
    INSERT INTO mark_changes (operation_id, image_id, before, after)
    SELECT @operation, images.id, ${before}, ${after}
    FROM json_each(@ids) JOIN images ON images.id = json_each.value
    WHERE ${before} <> ${after} ${onConflict}`);
  const recordArrivals = database.prepare(`
    INSERT INTO arrivals (operation_id, image_id)
    SELECT @operation, value FROM json_each(@ids) WHERE true ON CONFLICT DO NOTHING`);
  const recordSource = database.prepare(`
    INSERT INTO source_changes (operation_id, path, before, after)
    VALUES (?, ?, ?, ?) ${onConflict}`);
  const recordRun = database.prepare(`
    INSERT INTO run_changes (operation_id, run_id, before, after) VALUES (?, ?, NULL, ?)`);

  const sides = { before: applied(database, 'before'), after: applied(database, 'after') };
  const touched = database.prepare<{ id: number }, number>(touchedBy).pluck();
  const count = database
    .prepare<{ id: number }, number>(`SELECT count(*) FROM (${touchedBy})`)
    .pluck();
  const countOfBrought = database
    .prepare<{ id: number }, number>('SELECT count(*) FROM arrivals WHERE operation_id = @id')
    .pluck();
  const some = database
    .prepare<{ id: number }, number>(`SELECT image_id FROM (${touchedBy}) LIMIT 4`)
    .pluck();
  const runsOf = database.prepare<[number], { id: number; deleted: 0 | 1 }>(`
    SELECT runs.id, deleted_at IS NOT NULL AS deleted
    FROM run_changes JOIN runs ON runs.id = run_id WHERE operation_id = ?`);
  const busyRun = database
    .prepare<[number], number>(`
      SELECT runs.id FROM run_changes JOIN runs ON runs.id = run_id
      WHERE operation_id = ? AND after IS NOT NULL AND state IN ('queued', 'running')`)
    .pluck();

  const operation = (id: number): Operation => ({
    id,
    assign(imageIds, labelId) {
      const ids = JSON.stringify(imageIds);
      recordImages.run({ operation: id, ids, to: labelId });
      return setImages.run({ ids, to: labelId }).changes;
    },
    reassign(from, to) {
      recordCarriers.run({ operation: id, from, to });
      return setCarriers.run({ from, to }).changes;
    },
    changeLabel(labelId, before, after) {
      recordLabel.run(id, labelId, JSON.stringify(before), JSON.stringify(after));
      sides.after.labels.run(id);
    },
    changeView(viewId, before, after) {
      recordView.run(id, viewId, JSON.stringify(before), JSON.stringify(after));
      sides.after.views.run(id);
    },
    mark(imageIds, { unsure, excluded, note }) {
      const { changes } = recordMarks.run({
        operation: id,
        ids: JSON.stringify(imageIds),
        unsure: unsure === undefined ? null : Number(unsure),
        excluded: excluded === undefined ? null : Number(excluded),
        note: note ?? null,
      });
      sides.after.marks.run(id);
      return changes;
    },
    bring(imageIds) {
      recordArrivals.run({ operation: id, ids: JSON.stringify(imageIds) });
    },
    changeSource({ path, before, after }) {
      recordSource.run(id, path, before && JSON.stringify(before), JSON.stringify(after));
    },
    deleteRun(run) {
      recordRun.run(id, run, new Date().toISOString());
      sides.after.runs.run(id);
    },
    size: () => count.get({ id })!,
    brought: () => countOfBrought.get({ id })!,
  });

  /** @throws StudioError when a run that would be deleted again is being trained; then nothing is done */
  function turn(id: number, side: Side): Others {
    const busy = side === 'after' ? busyRun.get(id) : undefined;
    if (busy !== undefined)
      throw new StudioError(
        'refused',
        `Run ${busy} is being trained. Stop it before this is redone.`,
      );
    const statements = sides[side];
    const pictures = statements.arrivals.run(id).changes > 0;
    statements.labels.run(id);
    statements.images.run(id);
    statements.marks.run(id);
    statements.runs.run(id);
    const views = statements.views.run(id).changes > 0;
    const sources =
      statements.forgottenSources.run(id).changes + statements.sources.run(id).changes > 0;
    const runs = runsOf.all(id).map((run) => ({ ...run, deleted: run.deleted === 1 }));
    return { views, pictures, sources, runs };
  }

  return {
    operation,
    turn,
    isEmpty: (id: number): boolean => isEmpty.get({ id }) === 1,
    /** The images that it touched, each once. */
    touched: (id: number): number[] => touched.all({ id }),
    /** How many there are, and a few of them. */
    summary: (id: number) => ({ images: count.get({ id })!, some: some.all({ id }) }),
  };
}

const tables = [
  'assignments',
  'label_changes',
  'mark_changes',
  'view_changes',
  'arrivals',
  'source_changes',
  'run_changes',
];

const touchedBy = `
  SELECT image_id FROM assignments WHERE operation_id = @id
  UNION SELECT image_id FROM mark_changes WHERE operation_id = @id
  UNION SELECT image_id FROM arrivals WHERE operation_id = @id`;

const applied = (database: Database, side: Side) => ({
  marks: database.prepare(`
    UPDATE all_images SET unsure = mark_changes.${side} ->> 'unsure',
      excluded = mark_changes.${side} ->> 'excluded', note = mark_changes.${side} ->> 'note'
    FROM mark_changes
    WHERE mark_changes.operation_id = ? AND mark_changes.image_id = all_images.id`),
  views: database.prepare(`
    UPDATE views SET name = view_changes.${side} ->> 'name',
      filter = view_changes.${side} ->> 'filter', sort = view_changes.${side} ->> 'sort',
      deleted = view_changes.${side} ->> 'deleted'
    FROM view_changes
    WHERE view_changes.operation_id = ? AND view_changes.view_id = views.id`),
  images: database.prepare(`
    UPDATE all_images SET label_id = assignments.${side}
    FROM assignments
    WHERE assignments.operation_id = ? AND assignments.image_id = all_images.id
      AND all_images.label_id IS NOT assignments.${side}`),
  labels: database.prepare(`
    UPDATE labels SET name = label_changes.${side} ->> 'name',
      colour = label_changes.${side} ->> 'colour', deleted = label_changes.${side} ->> 'deleted'
    FROM label_changes
    WHERE label_changes.operation_id = ? AND label_changes.label_id = labels.id`),
  arrivals: database.prepare(`
    UPDATE all_images SET removed = ${side === 'before' ? 1 : 0}
    WHERE id IN (SELECT image_id FROM arrivals WHERE operation_id = ?)`),
  forgottenSources: database.prepare(`
    DELETE FROM sources WHERE path IN
      (SELECT path FROM source_changes WHERE operation_id = ? AND ${side} IS NULL)`),
  sources: database.prepare(`
    INSERT INTO sources (path, labels, watched)
    SELECT path, ${side} ->> 'labels', ${side} ->> 'watched' FROM source_changes
    WHERE operation_id = ? AND ${side} IS NOT NULL
    ON CONFLICT (path) DO UPDATE SET labels = excluded.labels, watched = excluded.watched`),
  runs: database.prepare(`
    UPDATE runs SET deleted_at = run_changes.${side}
    FROM run_changes WHERE run_changes.operation_id = ? AND run_changes.run_id = runs.id`),
});
