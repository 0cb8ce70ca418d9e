/** A project's database: one member for each family of tables. The only place that speaks SQL is this folder. */
import { advicesTable } from './advices.ts';
import { closeDatabase, openDatabase } from './database.ts';
import { datasetsTable } from './datasets.ts';
import { epochsTable } from './epochs.ts';
import { fingerprintsTable } from './fingerprints.ts';
import { imagesTable } from './images.ts';
import { labelsTable } from './labels.ts';
import { mapsTable } from './maps.ts';
import { marksTable } from './marks.ts';
import { operationsTable } from './operations.ts';
import { predictionsTable } from './predictions.ts';
import { runsTable } from './runs.ts';
import { sourcesTable } from './sources.ts';
import { splitsTable } from './splits.ts';
import { statisticsTable } from './statistics.ts';
import { tallyOf } from './tally.ts';
import { viewsTable } from './views.ts';

export type Store = ReturnType<typeof openStore>;

/**
 * Opens a project's database for this process alone. Whatever a method changes is on the disk when it
 * returns, or when the `transaction` around it does.
 *
 * @throws StudioError when it is open in another process, newer than this Graft, damaged or not ours.
 */
export function openStore(path: string, options: { readonly create: boolean }) {
  const database = openDatabase(path, options);
  const operations = operationsTable(database);
  const tally = tallyOf(database);
  const epochs = epochsTable(database);
  const predictions = predictionsTable(database);
  const datasets = datasetsTable(database);

  return {
    images: imagesTable(database, tally),
    labels: labelsTable(database, operations, tally),
    fingerprints: fingerprintsTable(database),
    marks: marksTable(database, operations),
    views: viewsTable(database, operations),
    history: operations,
    advices: advicesTable(database),
    maps: mapsTable(database),
    sources: sourcesTable(database),
    splits: splitsTable(database),
    statistics: statisticsTable(database),
    epochs,
    datasets,
    predictions,
    runs: runsTable(database, { operations, predictions, datasets, epochs }),
    undo: operations.undo,
    redo: operations.redo,
    /** What undo and redo would do, in words; null when there is nothing. */
    nextUndo: operations.next,
    /** All of it or nothing, with one wait for the disk at the end. `work` must not await. */
    transaction: <T>(work: () => T): T => database.transaction(work)(),
    close: () => closeDatabase(database),
  };
}
