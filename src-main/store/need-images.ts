import { StudioError } from '../../src-shared/errors.ts';
import type { Database } from './database.ts';

/** A check that all these images are in the project. The check throws a StudioError that names one that is not. */
export function needImagesIn(database: Database): (imageIds: readonly number[]) => void {
  // Looked up one by one: a list of all 100,000 would be made for each label that is given.
  const missing = database
    .prepare<[string], number>(`
      SELECT value FROM json_each(?)
      WHERE NOT EXISTS (SELECT 1 FROM images WHERE images.id = value) LIMIT 1`)
    .pluck();
  return (imageIds) => {
    const unknown = missing.get(JSON.stringify(imageIds));
    if (unknown !== undefined)
      throw new StudioError('not-found', `Picture ${unknown} is not in this project.`);
  };
}
