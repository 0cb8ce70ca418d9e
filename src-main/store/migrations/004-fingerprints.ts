/**
 * By which copies of a picture are recognised: see images/fingerprint.ts. Beside the images and not among
 * them, for the grid's questions read every row.
 */
export const fingerprints = `
CREATE TABLE fingerprints (
  image_id INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
  cells BLOB NOT NULL CHECK (length(cells) = 1024)
) STRICT;
`;
