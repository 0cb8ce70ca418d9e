/** What the advisor said and when, so that it can be held against what came of it. */
export const advices = `
CREATE TABLE advices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  backbone TEXT NOT NULL,
  created_at TEXT NOT NULL,
  -- As JSON.
  advice TEXT NOT NULL
) STRICT;
CREATE INDEX advices_by_backbone ON advices (backbone, id);
`;
