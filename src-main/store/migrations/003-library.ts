/**
 * Placeholders, missing files and the folders that pictures come from. Paths within the project's own folder
 * become relative to it, so that they hold wherever the project is moved; `/` parts them on every system.
 */
const folder = `(SELECT rtrim(file, replace(replace(file, '/', ''), '\\', ''))
  FROM pragma_database_list WHERE name = 'main')`;
const relative = (table: string) => `
  UPDATE ${table} SET path = CASE instr(${folder}, '\\')
      WHEN 0 THEN substr(path, length(${folder}) + 1)
      ELSE replace(substr(path, length(${folder}) + 1), '\\', '/') END
    WHERE ${folder} <> '' AND substr(path, 1, length(${folder})) = ${folder};
`;

export const library = `
ALTER TABLE images ADD COLUMN placeholder BLOB CHECK (length(placeholder) = 48);
-- When its file was looked for and not found; null while it is there.
ALTER TABLE images ADD COLUMN missing_at TEXT;
CREATE INDEX images_missing ON images (id) WHERE missing_at IS NOT NULL;

-- Folders that were imported, and are looked at again when the project is opened.
CREATE TABLE sources (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  labels TEXT NOT NULL CHECK (labels IN ('none', 'folders')),
  watched INTEGER NOT NULL DEFAULT 1 CHECK (watched IN (0, 1))
) STRICT;
${relative('images')}
${relative('files')}
`;
