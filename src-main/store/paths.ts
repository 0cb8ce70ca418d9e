/** How paths are kept: within the project's own folder relative to it, everywhere else absolute. */
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { Database } from './database.ts';

export function projectPaths(database: Database) {
  const folder = dirname(database.name);
  return {
    stored(path: string): string {
      const inside = relative(folder, path);
      const outside = inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..';
      return outside ? path : inside.replaceAll(sep, '/');
    },
    absolute: (stored: string): string => (isAbsolute(stored) ? stored : join(folder, stored)),
  };
}
