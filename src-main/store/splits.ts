/** Which images are trained on, which choose the model, and which are kept for the test. */
import type { SplitName } from '../../src-shared/domain.ts';
import type { Database } from './database.ts';

export type Splits = ReturnType<typeof splitsTable>;

export function splitsTable(database: Database) {
  const all = database.prepare<[], { id: number; split: SplitName }>(
    'SELECT id, split FROM images WHERE split IS NOT NULL',
  );
  const set = database.prepare('UPDATE all_images SET split = ? WHERE id = ?');

  return {
    /** By image id; images that are in no split are not there. */
    get: (): Map<number, SplitName> => new Map(all.all().map(({ id, split }) => [id, split])),

    /** Sets the split of the named images and leaves the others as they are. */
    set: database.transaction((splits: ReadonlyMap<number, SplitName>): void => {
      for (const [id, split] of splits) set.run(split, id);
    }),
  };
}
