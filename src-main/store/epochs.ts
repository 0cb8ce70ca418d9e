/** What each epoch of a run came to, stored as it arrives. */
import type { Epoch } from '../../src-shared/domain.ts';
import type { Database } from './database.ts';

export type Epochs = ReturnType<typeof epochsTable>;

export function epochsTable(database: Database) {
  const insert = database.prepare(`
    INSERT INTO epochs VALUES (@run, @epoch, @trainLoss, @validationLoss, @validationAccuracy,
      @imagesPerSecond, @secondsLeft)`);
  const list = database.prepare<[number], Epoch>(`
    SELECT epoch, train_loss AS trainLoss, validation_loss AS validationLoss,
      validation_accuracy AS validationAccuracy, images_per_second AS imagesPerSecond,
      seconds_left AS secondsLeft
    FROM epochs WHERE run_id = ? ORDER BY epoch`);
  const clear = database.prepare('DELETE FROM epochs WHERE run_id = ?');

  return {
    add(run: number, epoch: Epoch): void {
      insert.run({ run, ...epoch });
    },
    list: (run: number): Epoch[] => list.all(run),
    /** What was stored of the run gives way to these: it begins anew, or goes on after them. */
    replace: database.transaction((run: number, epochs: readonly Epoch[]): void => {
      clear.run(run);
      for (const epoch of epochs) insert.run({ run, ...epoch });
    }),
  };
}
