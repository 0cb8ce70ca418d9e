/**
 * Unsure, excluded, and a note, beside an image's label; and filters that were kept under a name. What
 * changes them is written down as for labels, for undo and for the history.
 */
export const marksAndViews = `
ALTER TABLE images ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0 CHECK (unsure IN (0, 1));
ALTER TABLE images ADD COLUMN excluded INTEGER NOT NULL DEFAULT 0 CHECK (excluded IN (0, 1));
ALTER TABLE images ADD COLUMN note TEXT NOT NULL DEFAULT '';
CREATE INDEX images_unsure ON images (id) WHERE unsure;
CREATE INDEX images_excluded ON images (id) WHERE excluded;

-- An operation's effect on the marks of images: {unsure, excluded, note} before and after, as JSON.
CREATE TABLE mark_changes (
  operation_id INTEGER NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  PRIMARY KEY (operation_id, image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mark_changes_by_image ON mark_changes (image_id);

CREATE TABLE views (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  -- As JSON: the filter of a query.
  filter TEXT NOT NULL,
  sort TEXT NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1))
) STRICT;

-- An operation's effect on views: {name, filter, sort, deleted} before and after, as JSON.
CREATE TABLE view_changes (
  operation_id INTEGER NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
  view_id INTEGER NOT NULL REFERENCES views (id),
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  PRIMARY KEY (operation_id, view_id)
) STRICT, WITHOUT ROWID;
`;
