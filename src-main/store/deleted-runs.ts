/** Runs that were deleted and can be brought back, until their deletion can no longer be undone. */
import type { Run } from '../../src-shared/domain.ts';
import type { Database } from './database.ts';

export type DeletedRun = Pick<Run, 'id' | 'recipe' | 'backbone'> & {
  /** ISO 8601, UTC. */
  readonly deletedAt: string;
};

/** @param onRemoved hears of each run that is gone for good */
export function deletedRuns(database: Database, onRemoved: (id: number) => void) {
  const deleted = database.prepare<[], DeletedRun>(`
    SELECT id, recipe, backbone, deleted_at AS deletedAt FROM runs
    WHERE id IN (SELECT run_id FROM run_changes) AND deleted_at IS NOT NULL ORDER BY id`);
  const letGo = database.prepare(`
    DELETE FROM operations WHERE id IN
      (SELECT operation_id FROM run_changes JOIN runs ON runs.id = run_id
       WHERE deleted_at < ? AND after IS NOT NULL)`);
  const lost = database
    .prepare<[], number>(`
      SELECT id FROM runs
      WHERE deleted_at IS NOT NULL AND id NOT IN (SELECT run_id FROM run_changes)`)
    .pluck();
  const remove = database.prepare('DELETE FROM runs WHERE id = ? AND deleted_at IS NOT NULL');

  return {
    /** Those whose deletion can be undone, or redone. */
    deleted: (): DeletedRun[] => deleted.all(),

    /** The deletions before this time (ISO 8601, UTC) can no longer be undone. */
    letGo(before: string): void {
      letGo.run(before);
    },

    /** Deleted runs that nothing can bring back: their folders may go, and then they. */
    lost: (): number[] => lost.all(),

    /** With its epochs and predictions; its folder is the caller's. Nothing happens to a run that is not deleted. */
    remove(id: number): void {
      remove.run(id);
      onRemoved(id);
    },
  };
}
