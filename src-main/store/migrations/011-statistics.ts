/**
 * What the image set is like: how bright each picture is, beside it for the grid's questions read every row; and the
 * files that an import could not take in.
 */
export const statistics = `
-- Mean of its fingerprint's cells, 0 (black) to 255 (white); null until it has one.
ALTER TABLE images ADD COLUMN brightness INTEGER CHECK (brightness BETWEEN 0 AND 255);
CREATE INDEX images_unmeasured ON images (id) WHERE brightness IS NULL;

CREATE TABLE refused_files (
  path TEXT PRIMARY KEY,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
