/**
 * What runs are trained on, kept with them: a run that waits or was interrupted goes on with the same
 * pictures and labels. Runs that are started together share a data set. Older runs have none.
 */
export const datasets = `
CREATE TABLE datasets (id INTEGER PRIMARY KEY) STRICT;
-- label: the place of the label among the run's classes.
CREATE TABLE dataset_images (
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  label INTEGER NOT NULL,
  split TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
  PRIMARY KEY (dataset_id, image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dataset_images_by_image ON dataset_images (image_id);

ALTER TABLE runs ADD COLUMN dataset_id INTEGER REFERENCES datasets (id);
CREATE INDEX runs_by_dataset ON runs (dataset_id);
-- The epoch after which an interrupted run can go on; null when it cannot.
ALTER TABLE runs ADD COLUMN checkpoint_epoch INTEGER;
`;
