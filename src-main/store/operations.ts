/**
 * The log of what was done to labels, marks and views: every operation keeps what it changed, before and after, and so
 * undo and redo work across restarts, and each image has a history.
 */
import type { Operation as Done } from '../../src-shared/domain.ts';
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

/** What undo or redo has done. */
export interface Turned {
  readonly what: string;
  readonly imageIds: readonly number[];
  /** Were saved views changed? */
  readonly views: boolean;
}

/** Which way an operation is applied: `before` undoes it, `after` redoes it. */
type Side = 'before' | 'after';

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
  /** How many images it touches by now. */
  size(): number;
}

export type Operations = ReturnType<typeof operationsTable>;

export function operationsTable(database: Database) {
  const insert = database.prepare('INSERT INTO operations (what, at) VALUES (?, ?)');
  const rename = database.prepare('UPDATE operations SET what = ? WHERE id = ?');
  const forgetUndone = database.prepare('DELETE FROM operations WHERE undone = 1');
  const isEmpty = database.prepare(`
    SELECT NOT EXISTS (SELECT 1 FROM assignments WHERE operation_id = @id)
       AND NOT EXISTS (SELECT 1 FROM label_changes WHERE operation_id = @id)
       AND NOT EXISTS (SELECT 1 FROM mark_changes WHERE operation_id = @id)
       AND NOT EXISTS (SELECT 1 FROM view_changes WHERE operation_id = @id)`);
  isEmpty.pluck();
  const remove = database.prepare('DELETE FROM operations WHERE id = ?');
  const lastDone = database.prepare<[], { id: number; what: string }>(
    'SELECT id, what FROM operations WHERE undone = 0 ORDER BY id DESC LIMIT 1',
  );
  const firstUndone = database.prepare<[], { id: number; what: string }>(
    'SELECT id, what FROM operations WHERE undone = 1 ORDER BY id LIMIT 1',
  );
  const mark = database.prepare('UPDATE operations SET undone = ? WHERE id = ?');

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
    UPDATE images SET label_id = @to
    WHERE id IN (SELECT value FROM json_each(@ids)) AND label_id IS NOT @to`);
  const setCarriers = database.prepare('UPDATE images SET label_id = @to WHERE label_id = @from');
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

  const apply = (side: Side) => ({
    marks: database.prepare(`
      UPDATE images SET unsure = mark_changes.${side} ->> 'unsure',
        excluded = mark_changes.${side} ->> 'excluded', note = mark_changes.${side} ->> 'note'
      FROM mark_changes
      WHERE mark_changes.operation_id = ? AND mark_changes.image_id = images.id`),
    views: database.prepare(`
      UPDATE views SET name = view_changes.${side} ->> 'name',
        filter = view_changes.${side} ->> 'filter', sort = view_changes.${side} ->> 'sort',
        deleted = view_changes.${side} ->> 'deleted'
      FROM view_changes
      WHERE view_changes.operation_id = ? AND view_changes.view_id = views.id`),
    images: database.prepare(`
      UPDATE images SET label_id = assignments.${side}
      FROM assignments
      WHERE assignments.operation_id = ? AND assignments.image_id = images.id
        AND images.label_id IS NOT assignments.${side}`),
    labels: database.prepare(`
      UPDATE labels SET name = label_changes.${side} ->> 'name',
        colour = label_changes.${side} ->> 'colour', deleted = label_changes.${side} ->> 'deleted'
      FROM label_changes
      WHERE label_changes.operation_id = ? AND label_changes.label_id = labels.id`),
  });
  const sides = { before: apply('before'), after: apply('after') };
  const touched = database.prepare<{ id: number }, number>(touchedBy).pluck();
  const count = database
    .prepare<{ id: number }, number>(`SELECT count(*) FROM (${touchedBy})`)
    .pluck();
  const total = database.prepare<[], number>('SELECT count(*) FROM operations').pluck();
  const some = database
    .prepare<{ id: number }, number>(`SELECT image_id FROM (${touchedBy}) LIMIT 4`)
    .pluck();
  type Row = Omit<Done, 'images' | 'some' | 'undone'> & { readonly undone: 0 | 1 };
  const page = database.prepare<{ before: number; limit: number }, Row>(`
    SELECT id, what, at, undone FROM operations WHERE id < @before ORDER BY id DESC LIMIT @limit`);
  const exists = database
    .prepare<[number], number>('SELECT 1 FROM operations WHERE id = ?')
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
    size: () => count.get({ id })!,
  });

  const turn = (target: { id: number; what: string } | undefined, side: Side): Turned | null => {
    if (!target) return null;
    sides[side].labels.run(target.id);
    sides[side].images.run(target.id);
    sides[side].marks.run(target.id);
    const views = sides[side].views.run(target.id).changes > 0;
    mark.run(side === 'before' ? 1 : 0, target.id);
    return { what: target.what, imageIds: touched.all(target), views };
  };

  /**
   * Does something that can be undone, all of it or nothing. What was undone before can no longer be redone.
   *
   * @param describe gives the words for undo, after the work, from what the work returned and all
   * that the operation has come to.
   * @param continuing an operation to be added to, if it is still the last one: a long import is one step.
   * @returns the operation's id, or null when nothing changed (then nothing is kept), and the work's result.
   */
  function perform<T>(
    work: (operation: Operation) => T,
    describe: (result: T, operation: Operation) => string,
    continuing: number | null = null,
  ): { readonly operation: number | null; readonly result: T } {
    const goesOn = continuing !== null && lastDone.get()?.id === continuing && !firstUndone.get();
    const id = goesOn
      ? continuing
      : Number(insert.run('', new Date().toISOString()).lastInsertRowid);
    const step = operation(id);
    const result = work(step);
    if (isEmpty.get({ id }) === 1) {
      remove.run(id);
      return { operation: null, result };
    }
    rename.run(describe(result, step), id);
    forgetUndone.run();
    return { operation: id, result };
  }

  return {
    perform: <T>(...of: Parameters<typeof perform<T>>) =>
      database.transaction(() => perform<T>(...of))(),
    undo: database.transaction(() => turn(lastDone.get(), 'before')),
    redo: database.transaction(() => turn(firstUndone.get(), 'after')),
    /** The latest first, those before the operation `before`. */
    list: (before: number, limit: number): Done[] =>
      page.all({ before, limit }).map((row) => ({
        ...row,
        undone: row.undone === 1,
        images: count.get({ id: row.id })!,
        some: some.all({ id: row.id }),
      })),
    count: (): number => total.get()!,
    has: (id: number): boolean => exists.get(id) !== undefined,
    /** Undoes or redoes, all or nothing, until this is the last operation that is done; 0: none is. */
    turnTo: database.transaction((id: number) => {
      const undone: Turned[] = [];
      const redone: Turned[] = [];
      while ((lastDone.get()?.id ?? 0) > id) undone.push(turn(lastDone.get(), 'before')!);
      while ((firstUndone.get()?.id ?? Number.POSITIVE_INFINITY) <= id)
        redone.push(turn(firstUndone.get(), 'after')!);
      return { undone, redone };
    }),
    /** What undo and redo would do, in words. */
    next: () => ({ undo: lastDone.get()?.what ?? null, redo: firstUndone.get()?.what ?? null }),
  };
}

/** The images that the operation `@id` touched, each once. */
const touchedBy = `
  SELECT image_id FROM assignments WHERE operation_id = @id
  UNION SELECT image_id FROM mark_changes WHERE operation_id = @id`;
