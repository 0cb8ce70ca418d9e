/** What runs are trained on: images with the label and the set they had when the run was started. */
import type { SplitName } from '../../src-shared/domain.ts';
import type { Database } from './database.ts';
import { projectPaths } from './paths.ts';

export interface DatasetImage {
  readonly imageId: number;
  /** Index into the run's classes. */
  readonly label: number;
  readonly split: SplitName;
}

/** With its file as it is known now: the folder may have moved since. */
export type DatasetFile = DatasetImage & { readonly sha256: string; readonly path: string };

export type Datasets = ReturnType<typeof datasetsTable>;

export function datasetsTable(database: Database) {
  const { absolute } = projectPaths(database);
  const insert = database.prepare('INSERT INTO datasets DEFAULT VALUES');
  const insertImage = database.prepare(
    'INSERT INTO dataset_images VALUES (@dataset, @imageId, @label, @split)',
  );
  const list = database.prepare<[number], DatasetFile>(`
    SELECT image_id AS imageId, label, dataset_images.split, sha256, path
    FROM runs JOIN dataset_images USING (dataset_id) JOIN all_images ON all_images.id = image_id
    WHERE runs.id = ? ORDER BY image_id`);
  const give = database.prepare('UPDATE runs SET dataset_id = ? WHERE id = ?');
  const sweep = database.prepare(`
    DELETE FROM datasets WHERE id NOT IN
      (SELECT dataset_id FROM runs WHERE dataset_id IS NOT NULL)`);

  return {
    /** For these runs together. */
    give: database.transaction((runs: readonly number[], images: readonly DatasetImage[]): void => {
      const dataset = Number(insert.run().lastInsertRowid);
      for (const { imageId, label, split } of images)
        insertImage.run({ dataset, imageId, label, split });
      for (const run of runs) give.run(dataset, run);
    }),
    /** The run's, by image id; empty for a run that has none yet. */
    of: (run: number): DatasetFile[] =>
      list.all(run).map((file) => ({ ...file, path: absolute(file.path) })),
    /** Lets go of those that no run is left for. */
    sweep(): void {
      sweep.run();
    },
  };
}
