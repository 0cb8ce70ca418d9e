/**
 * The first shape of a project's database.
 *
 * `images.label_id` is the current label, kept beside the history in `assignments` because every view
 * filters, sorts and counts by it. A label is never removed, only marked deleted: runs and history name it.
 */
export const initial = `
CREATE TABLE labels (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  colour INTEGER NOT NULL CHECK (colour BETWEEN 1 AND 10),
  deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1))
) STRICT;

CREATE TABLE images (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
  path TEXT NOT NULL,
  -- The file's name, so folded and padded that plain byte order is the order of a file manager.
  sort_key TEXT NOT NULL,
  width INTEGER NOT NULL CHECK (width > 0),
  height INTEGER NOT NULL CHECK (height > 0),
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  imported_at TEXT NOT NULL,
  label_id INTEGER REFERENCES labels (id),
  split TEXT CHECK (split IN ('train', 'validation', 'test'))
) STRICT;
CREATE INDEX images_by_label ON images (label_id, split);
CREATE INDEX images_by_name ON images (sort_key);

-- Every file that was found to be one of the images (copies too): a repeated import reads only what is new.
CREATE TABLE files (
  path TEXT PRIMARY KEY,
  image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  bytes INTEGER NOT NULL,
  modified_ms REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX files_by_image ON files (image_id);

-- What can be undone. The undone ones (always the youngest) can be redone until something new is done.
CREATE TABLE operations (
  id INTEGER PRIMARY KEY,
  what TEXT NOT NULL,
  at TEXT NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1))
) STRICT;

-- An operation's effect on images: the history of each image, and what undo needs.
CREATE TABLE assignments (
  operation_id INTEGER NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  before INTEGER REFERENCES labels (id),
  after INTEGER REFERENCES labels (id),
  PRIMARY KEY (operation_id, image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignments_by_image ON assignments (image_id);

-- An operation's effect on labels: {name, colour, deleted} before and after, as JSON.
CREATE TABLE label_changes (
  operation_id INTEGER NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
  label_id INTEGER NOT NULL REFERENCES labels (id),
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  PRIMARY KEY (operation_id, label_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  backbone TEXT NOT NULL,
  recipe TEXT NOT NULL,
  settings TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'finished', 'failed', 'cancelled')),
  reason TEXT,
  created_at TEXT NOT NULL,
  started_at TEXT,
  finished_at TEXT,
  trained TEXT,
  trained_blocks INTEGER,
  best_epoch INTEGER,
  -- [{labelId, name, colour}] in the order of the outputs, and {train, validation, test}: both JSON.
  classes TEXT NOT NULL,
  counts TEXT NOT NULL
) STRICT;

CREATE TABLE epochs (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL CHECK (epoch > 0),
  train_loss REAL NOT NULL,
  validation_loss REAL NOT NULL,
  validation_accuracy REAL NOT NULL,
  images_per_second REAL NOT NULL,
  seconds_left REAL NOT NULL,
  PRIMARY KEY (run_id, epoch)
) STRICT, WITHOUT ROWID;

-- On test images only. The probabilities of all classes are little-endian float32, in the run's order.
CREATE TABLE predictions (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  actual INTEGER NOT NULL,
  probabilities BLOB NOT NULL,
  PRIMARY KEY (run_id, image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX predictions_by_image ON predictions (image_id);
`;
