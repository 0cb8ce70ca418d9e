/**
 * The log of what was done by hand: every operation keeps what it changed, before and after, and so undo and redo work
 * across restarts, and each image has a history.
 */
import type { Operation as Done } from '../../src-shared/domain.ts';
import type { Database } from './database.ts';
import { effectsOn, type Operation, type Others, type Side } from './effects.ts';

/** What undo or redo has done. */
export interface Turned extends Others {
  readonly what: string;
  readonly imageIds: readonly number[];
}

export type Operations = ReturnType<typeof operationsTable>;

export function operationsTable(database: Database) {
  const effects = effectsOn(database);
  const insert = database.prepare('INSERT INTO operations (what, at) VALUES (?, ?)');
  const rename = database.prepare('UPDATE operations SET what = ? WHERE id = ?');
  const forgetUndone = database.prepare('DELETE FROM operations WHERE undone = 1');
  const remove = database.prepare('DELETE FROM operations WHERE id = ?');
  const lastDone = database.prepare<[], { id: number; what: string }>(
    'SELECT id, what FROM operations WHERE undone = 0 ORDER BY id DESC LIMIT 1',
  );
  const firstUndone = database.prepare<[], { id: number; what: string }>(
    'SELECT id, what FROM operations WHERE undone = 1 ORDER BY id LIMIT 1',
  );
  const mark = database.prepare('UPDATE operations SET undone = ? WHERE id = ?');
  const total = database.prepare<[], number>('SELECT count(*) FROM operations').pluck();
  type Row = Omit<Done, 'images' | 'some' | 'undone'> & { readonly undone: 0 | 1 };
  const page = database.prepare<{ before: number; limit: number }, Row>(`
    SELECT id, what, at, undone FROM operations WHERE id < @before ORDER BY id DESC LIMIT @limit`);
  const undone = database
    .prepare<[number], 0 | 1>('SELECT undone FROM operations WHERE id = ?')
    .pluck();

  const turn = (target: { id: number; what: string } | undefined, side: Side): Turned | null => {
    if (!target) return null;
    const others = effects.turn(target.id, side);
    mark.run(side === 'before' ? 1 : 0, target.id);
    return { what: target.what, imageIds: effects.touched(target.id), ...others };
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
    const step = effects.operation(id);
    const result = work(step);
    if (effects.isEmpty(id)) {
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
    /**
     * Adds to an operation of which `isDone`, whatever was done since: only what nothing that was done before can have
     * touched, as pictures that come in.
     */
    extend: database.transaction(
      (
        id: number,
        work: (operation: Operation) => void,
        describe: (operation: Operation) => string,
      ): void => {
        const step = effects.operation(id);
        work(step);
        rename.run(describe(step), id);
      },
    ),
    /** False for an operation that was undone, or is no longer there. */
    isDone: (id: number): boolean => undone.get(id) === 0,
    undo: database.transaction(() => turn(lastDone.get(), 'before')),
    redo: database.transaction(() => turn(firstUndone.get(), 'after')),
    /** The latest first, those before the operation `before`. */
    list: (before: number, limit: number): Done[] =>
      page.all({ before, limit }).map((row) => ({
        ...row,
        undone: row.undone === 1,
        ...effects.summary(row.id),
      })),
    count: (): number => total.get()!,
    has: (id: number): boolean => undone.get(id) !== undefined,
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
    /** Is it what undo would take back? */
    isLast: (id: number): boolean => lastDone.get()?.id === id,
  };
}
