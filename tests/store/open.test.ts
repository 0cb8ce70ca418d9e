import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src-main/store/database.ts';
import { migrate } from '../../src-main/store/migrate.ts';
import { migrations } from '../../src-main/store/migrations/index.ts';
import { openStore } from '../../src-main/store/store.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { addImages, newStore, reopen } from '../helpers/store.ts';

describe('opening a project database', () => {
  it('makes every commit wait for the disk, checks foreign keys and writes ahead', async () => {
    const database = openDatabase(join(await temporaryFolder(), 'studio.db'), { create: true });
    onTestFinished(() => void database.close());
    const pragma = (name: string) => database.pragma(name, { simple: true });
    expect(pragma('synchronous')).toBe(2); // FULL
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('foreign_keys')).toBe(1);
    expect(pragma('user_version')).toBe(migrations.length);
  });

  it('refuses a second one in the same process, and leaves the first unharmed', async () => {
    const { path, store } = await newStore();
    expect(() => openStore(path, { create: false })).toThrow('is already open in this Graft.');
    store.labels.create('frog');
    expect(reopen(path, store).labels.list()).toMatchObject([{ name: 'frog' }]);
  });

  it('leaves nothing but the database behind when closed', async () => {
    const path = join(await temporaryFolder(), 'studio.db');
    openStore(path, { create: true }).close();
    expect(existsSync(path)).toBe(true);
    for (const more of ['-wal', '-shm', '-journal', '.owner'])
      expect(existsSync(path + more)).toBe(false);
  });

  it('says what is wrong with a file that is no database, of another program, or missing', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'studio.db');
    expect(() => openStore(path, { create: false })).toThrow(`${path} cannot be opened.`);

    await writeFile(
      path,
      'these are not the pages of a database, however long the text goes on'.repeat(20),
    );
    expect(() => openStore(path, { create: false })).toThrow(`${path} is damaged`);

    const other = join(folder, 'other.db');
    const database = new Sqlite(other);
    database.exec('CREATE TABLE recipes (cake TEXT)');
    database.close();
    expect(() => openStore(other, { create: false })).toThrow('a database of another program');
    const untouched = new Sqlite(other, { readonly: true });
    onTestFinished(() => void untouched.close());
    expect(untouched.pragma('journal_mode', { simple: true })).toBe('delete');
  });

  it('refuses a file from a newer Graft and does not touch it', async () => {
    const path = join(await temporaryFolder(), 'studio.db');
    openStore(path, { create: true }).close();
    const newer = new Sqlite(path);
    newer.pragma(`user_version = ${migrations.length + 1}`);
    newer.close();
    expect(() => openStore(path, { create: false })).toThrow(
      `was written by a newer Graft (format ${migrations.length + 1}, this one knows ${migrations.length})`,
    );
    const after = new Sqlite(path);
    onTestFinished(() => void after.close());
    expect(after.pragma('user_version', { simple: true })).toBe(migrations.length + 1);
  });
});

describe('migrating', () => {
  const openRaw = async () => {
    const database = new Sqlite(join(await temporaryFolder(), 'studio.db'));
    onTestFinished(() => void database.close());
    return database;
  };
  const version = (database: Sqlite.Database) => database.pragma('user_version', { simple: true });

  it('brings an empty file to the newest shape, and the same store works on it', async () => {
    const path = join(await temporaryFolder(), 'studio.db');
    await writeFile(path, '');
    const store = openStore(path, { create: false });
    onTestFinished(() => store.close());
    expect(addImages(store, ['/a.jpg'])).toEqual([1]);
  });

  it('applies only what is missing, in order', async () => {
    const database = await openRaw();
    migrate(database, ['CREATE TABLE a (x) ']);
    migrate(database, [
      'this was applied already',
      'ALTER TABLE a ADD COLUMN y',
      'INSERT INTO a VALUES (1, 2)',
    ]);
    expect(version(database)).toBe(3);
    expect(database.prepare('SELECT * FROM a').all()).toEqual([{ x: 1, y: 2 }]);
  });

  it('gives runs from before there was a warm-up one of no epochs, and leaves others theirs', async () => {
    const database = await openRaw();
    migrate(database, migrations.slice(0, 1));
    const add = database.prepare(`INSERT INTO runs
      (backbone, recipe, settings, state, created_at, classes, counts)
      VALUES ('tiny', 'fine-tune-top', ?, 'queued', '2026-01-01T00:00:00.000Z', '[]', '{}')`);
    add.run(JSON.stringify({ epochs: 5 }));
    add.run(JSON.stringify({ epochs: 5, warmup: 3 }));
    migrate(database);
    const settings = database.prepare('SELECT settings FROM runs ORDER BY id').pluck().all();
    expect(settings.map((text) => JSON.parse(text as string))).toEqual([
      { epochs: 5, warmup: 0 },
      { epochs: 5, warmup: 3 },
    ]);
  });

  it('undoes a step that fails half-way and keeps the steps before it', async () => {
    const database = await openRaw();
    expect(() => migrate(database, ['CREATE TABLE a (x)', 'CREATE TABLE b (y); nonsense'])).toThrow(
      'nonsense',
    );
    expect(version(database)).toBe(1);
    expect(
      database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all(),
    ).toEqual(['a']);
  });

  it('refuses a step after which rows point nowhere', async () => {
    const database = await openRaw();
    const first =
      'CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a REFERENCES a (id)); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)';
    expect(() => migrate(database, [first, 'DELETE FROM a'])).toThrow('1 rows would point nowhere');
    expect(database.prepare('SELECT count(*) FROM a').pluck().get()).toBe(1);
    expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
  });
});
