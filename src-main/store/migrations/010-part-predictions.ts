/** What the parts of a run, folds and repeats with other seeds, said of their test images. */
export const partPredictions = `
-- part: from 1, in the order in which they are trained. A part is done when it has rows.
CREATE TABLE part_predictions (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  part INTEGER NOT NULL,
  image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  actual INTEGER NOT NULL,
  probabilities BLOB NOT NULL,
  PRIMARY KEY (run_id, part, image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX part_predictions_by_image ON part_predictions (image_id);
`;
