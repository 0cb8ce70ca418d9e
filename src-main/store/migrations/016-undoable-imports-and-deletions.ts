/**
 * Imports and deletions of runs can be undone. A picture whose import was undone, or a run that was deleted, stays
 * until that can no longer be turned back, and as long as something else (a run's data set) speaks of it: `images` are
 * those that are in the project, `all_images` the others too.
 */
export const undoableImportsAndDeletions = `
ALTER TABLE images RENAME TO all_images;
ALTER TABLE all_images ADD COLUMN removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1));
CREATE VIEW images AS SELECT * FROM all_images WHERE NOT removed;
CREATE INDEX images_removed ON all_images (id) WHERE removed;
-- What the grid asks for is still read from them alone.
DROP INDEX images_in_order;
CREATE INDEX images_in_order ON all_images (id, label_id, excluded, removed);
DROP INDEX images_by_name;
CREATE INDEX images_by_name ON all_images (sort_key, id, label_id, excluded, removed);
DROP INDEX images_by_label;
CREATE INDEX images_by_label ON all_images (label_id, id, excluded, removed);

-- Pictures that came in with an operation.
CREATE TABLE arrivals (
  operation_id INTEGER NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES all_images (id) ON DELETE CASCADE,
  PRIMARY KEY (operation_id, image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX arrivals_by_image ON arrivals (image_id);

-- An operation's effect on the folders that pictures come from: {labels, watched} before and after, as JSON; null
-- where there was or is none.
CREATE TABLE source_changes (
  operation_id INTEGER NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  before TEXT,
  after TEXT,
  PRIMARY KEY (operation_id, path)
) STRICT, WITHOUT ROWID;

ALTER TABLE runs ADD COLUMN deleted_at TEXT;
-- An operation's effect on runs: when they were deleted, null for a run that is there.
CREATE TABLE run_changes (
  operation_id INTEGER NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  before TEXT,
  after TEXT,
  PRIMARY KEY (operation_id, run_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_changes_by_run ON run_changes (run_id);
`;
