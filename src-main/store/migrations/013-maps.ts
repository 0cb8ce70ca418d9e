/** Where the pictures lie on the map that a network drew of them. */
export const maps = `
CREATE TABLE maps (
  -- SHA-256 of the network's weights.
  network TEXT PRIMARY KEY,
  made_at TEXT NOT NULL,
  -- How many pictures were projected: the others were placed among them.
  projected INTEGER NOT NULL,
  -- Image ids (int32), and x and y of each (float32), little-endian.
  ids BLOB NOT NULL,
  points BLOB NOT NULL
) STRICT;
`;
