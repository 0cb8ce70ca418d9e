/** Opens a project's SQLite file: locked for this process, durable, brought to the newest shape. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { StudioError } from '../../src-shared/errors.ts';
import { migrate } from './migrate.ts';
import { fold, naturalKey } from './text.ts';

export type Database = Sqlite.Database;

/** Says who has the file open, for the message to the second one; the lock itself is the system's. */
const ownerFile = (path: string) => `${path}.owner`;

/**
 * @param path of the database file; its folder must exist unless `create` is set.
 * @throws StudioError when the file is open elsewhere, newer than this Graft, damaged or not ours.
 */
export function openDatabase(path: string, options: { readonly create: boolean }): Database {
  if (options.create) mkdirSync(dirname(path), { recursive: true });
  let database: Database | undefined;
  try {
    database = new Sqlite(path, { fileMustExist: !options.create, timeout: 0 });
    lock(database);
    // Deterministic: SQLite may evaluate them once for equal input.
    database.function('fold', { deterministic: true }, (text) => fold(String(text)));
    database.function('natural_key', { deterministic: true }, (text) => naturalKey(String(text)));
    migrate(database);
    makeDurable(database);
    writeFileSync(ownerFile(path), String(process.pid));
    return database;
  } catch (error) {
    database?.close();
    throw readable(error, path);
  }
}

export function sqliteVersion(): string {
  const memory = new Sqlite(':memory:');
  try {
    return memory.prepare<[], string>('SELECT sqlite_version()').pluck().get()!;
  } finally {
    memory.close();
  }
}

export function closeDatabase(database: Database): void {
  rmSync(ownerFile(database.name), { force: true });
  database.close();
}

/**
 * In exclusive mode the file lock of the first transaction is kept until the file is closed, and the
 * system releases it when the process dies, however it dies. The mode has to be set before the first
 * access, so that WAL does without shared memory. https://sqlite.org/wal.html#noshm
 */
function lock(database: Database): void {
  database.pragma('locking_mode = EXCLUSIVE');
  database.exec('BEGIN EXCLUSIVE; COMMIT');
}

/** A commit has reached the disk when it returns: https://sqlite.org/pragma.html#pragma_synchronous */
function makeDurable(database: Database): void {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('fullfsync = ON'); // macOS: a plain fsync leaves the data in the drive's cache
  database.pragma('foreign_keys = ON');
}

function readable(error: unknown, path: string): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error;
  const refuse = (message: string) => new StudioError('refused', message, { cause: error });
  if (error.code.startsWith('SQLITE_BUSY')) return refuse(busyMessage(path));
  if (error.code.startsWith('SQLITE_NOTADB') || error.code.startsWith('SQLITE_CORRUPT'))
    return refuse(`${path} is damaged and cannot be read. Put back a copy of it.`);
  if (error.code.startsWith('SQLITE_CANTOPEN'))
    return refuse(`${path} cannot be opened. Check that it is there and that you may write to it.`);
  if (error.code.startsWith('SQLITE_READONLY'))
    return refuse(`${path} cannot be written. Give yourself the right to write to it.`);
  if (error.code.startsWith('SQLITE_FULL'))
    return refuse(`${path} cannot be opened because the disk is full. Make some room.`);
  return error;
}

function busyMessage(path: string): string {
  const folder = dirname(path);
  const owner = readOwner(path);
  if (owner === String(process.pid)) return `${folder} is already open in this Graft.`;
  const process_ = owner ? ` (process ${owner})` : '';
  return `${folder} is open in another Graft${process_}. Close it there, or connect to that one.`;
}

function readOwner(path: string): string | null {
  try {
    return readFileSync(ownerFile(path), 'utf8').trim();
  } catch {
    return null; // it was closed just now, or never written: the message does without
  }
}
