/** Brings a database to the newest shape, one step at a time, each whole or not at all. */
import { StudioError } from '../../src-shared/errors.ts';
import type { Database } from './database.ts';
import { migrations } from './migrations/index.ts';

/** "Grft": marks the file as ours, so that another program's database is not taken for a project. */
const applicationId = 0x47726674;

/**
 * @param steps SQL that leads from version N (`PRAGMA user_version`) to N + 1, at place N.
 * @throws StudioError when the file is another program's, or newer than these steps.
 */
export function migrate(database: Database, steps: readonly string[] = migrations): void {
  const from = checkedVersion(database, steps.length);
  // A step that rebuilds a table would otherwise delete what points at it, and inside a transaction
  // this cannot be switched: https://sqlite.org/lang_altertable.html#otheralter
  database.pragma('foreign_keys = OFF');
  try {
    for (let version = from; version < steps.length; version++) {
      database.transaction(() => apply(database, steps[version]!, version + 1)).immediate();
    }
  } finally {
    database.pragma('foreign_keys = ON');
  }
}

function checkedVersion(database: Database, newest: number): number {
  const version = database.pragma('user_version', { simple: true }) as number;
  const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
  if (tables !== 0 && database.pragma('application_id', { simple: true }) !== applicationId)
    throw new StudioError(
      'refused',
      `${database.name} is a database of another program, not a Graft project.`,
    );
  if (version > newest)
    throw new StudioError(
      'refused',
      `${database.name} was written by a newer Graft (format ${version}, this one knows ${newest}). Update Graft to open it.`,
    );
  return version;
}

function apply(database: Database, step: string, version: number): void {
  database.exec(step);
  const broken = database.pragma('foreign_key_check') as unknown[];
  if (broken.length > 0)
    throw new StudioError(
      'internal',
      `${database.name} could not be brought to format ${version}: ${broken.length} rows would point nowhere. It was left as it was.`,
    );
  database.pragma(`application_id = ${applicationId}`);
  database.pragma(`user_version = ${version}`);
}
