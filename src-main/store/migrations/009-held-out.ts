/**
 * What runs said of validation images and, in cross-validation, of all images, beside the test images. The
 * probabilities are calibrated by the run's temperature from now on; older runs have none, and theirs are as they came.
 */
export const heldOut = `
CREATE TABLE held_out_predictions (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  held_out TEXT NOT NULL CHECK (held_out IN ('validation', 'test', 'folds')),
  image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  actual INTEGER NOT NULL,
  -- Of all classes: little-endian float32, in the run's order.
  probabilities BLOB NOT NULL,
  PRIMARY KEY (run_id, held_out, image_id)
) STRICT, WITHOUT ROWID;
INSERT INTO held_out_predictions
  SELECT run_id, 'test', image_id, actual, probabilities FROM predictions;
DROP TABLE predictions;
ALTER TABLE held_out_predictions RENAME TO predictions;
CREATE INDEX predictions_by_image ON predictions (image_id);

ALTER TABLE runs ADD COLUMN temperature REAL CHECK (temperature > 0);
ALTER TABLE runs ADD COLUMN unsure_below REAL CHECK (unsure_below BETWEEN 0 AND 1);
`;
