import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Studio } from '../../src-shared/contract.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { noise } from '../helpers/pictures.ts';
import { importAll, nextEvent, studioWithProject } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

const png = (seed: number) => noise(24, 16, seed).png().toBuffer();

async function folderOf(count: number, from = 0): Promise<string> {
  const folder = join(await temporaryFolder(), 'pond');
  await mkdir(folder);
  for (let i = from; i < from + count; i++) await writeFile(join(folder, `${i}.png`), await png(i));
  return folder;
}
const idsOf = async (studio: Studio) =>
  (await studio.call('images.query', { filter: {}, sort: 'imported' })).ids;
const undo = async (studio: Studio) => (await studio.call('labels.undo', {})).what;
const redo = async (studio: Studio) => (await studio.call('labels.redo', {})).what;
const summary = async (studio: Studio) => (await studio.call('project.current', {})).project!;

it('takes its pictures away again and brings them back as they were, across restarts', async () => {
  const { studio, folder } = await studioWithProject();
  await importAll(studio, [await folderOf(2)]);
  await importAll(studio, [await folderOf(3, 1)]);
  const ids = await idsOf(studio);
  expect(ids).toHaveLength(4);
  const frog = (await studio.call('labels.create', { name: 'frog' })).id;
  await studio.call('labels.assign', { imageIds: [ids[0]!, ids[3]!], labelId: frog });
  await studio.call('images.mark', { imageIds: [ids[3]!], note: 'look' });

  // In order: what was done to them since goes first.
  await undo(studio);
  await undo(studio);
  await undo(studio);
  const told = nextEvent(studio, 'images.changed', ({ turned }) => turned === true);
  expect(await undo(studio)).toBe('import 2 pictures from pond');
  await told;
  expect(await idsOf(studio)).toEqual(ids.slice(0, 2));
  expect(await summary(studio)).toMatchObject({ images: 2, toGo: 2 });
  await expect(studio.call('images.mark', { imageIds: [ids[3]!], unsure: true })).rejects.toThrow(
    'is not in this project',
  );

  await studio.call('project.close', {});
  await studio.call('project.open', { path: folder });
  expect(await summary(studio)).toMatchObject({ images: 2 });
  for (let step = 0; step < 4; step++) await redo(studio);
  expect(await idsOf(studio)).toEqual(ids);
  const { images } = await studio.call('images.get', { ids });
  expect(images.map(({ labelId, note }) => [labelId, note])).toEqual([
    [frog, ''],
    [null, ''],
    [null, ''],
    [frog, 'look'],
  ]);
  const { operations } = await studio.call('history.list', { limit: 10 });
  expect(operations.at(-1)).toMatchObject({ what: 'import 2 pictures from pond', images: 2 });
});

it('comes again when the same pictures are imported anew, in their old places', async () => {
  const { studio } = await studioWithProject();
  const source = await folderOf(3);
  await importAll(studio, [source]);
  const ids = await idsOf(studio);
  await undo(studio);
  expect(await importAll(studio, [source])).toMatchObject({ imported: 3, duplicates: 0 });
  expect(await idsOf(studio)).toEqual(ids);
  expect(await redo(studio)).toBeNull();
  expect(await undo(studio)).toBe('import 3 pictures from pond');
  expect(await idsOf(studio)).toEqual([]);
});

it('leaves the folder alone that it had watched, and comes back to it', async () => {
  const { studio } = await studioWithProject();
  const source = await folderOf(2);
  const imported = nextEvent(studio, 'import.finished');
  await studio.call('images.import', { sources: [source], labels: 'none', watch: true });
  expect(await imported).toMatchObject({ undoable: true });
  await undo(studio);
  expect((await studio.call('sources.list', {})).sources).toEqual([]);
  await writeFile(join(source, 'late.png'), await png(9));
  await redo(studio);
  expect((await studio.call('sources.list', {})).sources).toMatchObject([{ watched: true }]);
  // What came meanwhile is taken in.
  await until('the new picture', async () => (await idsOf(studio)).length === 3);
  expect((await summary(studio)).undo.undo).toBe('import 2 pictures from pond');
});

it('is not brought back by a look at a folder that holds its files too', async () => {
  const { studio } = await studioWithProject();
  const source = await folderOf(2);
  await mkdir(join(source, 'more'));
  await importAll(studio, [source]);
  await writeFile(join(source, 'more', '5.png'), await png(5));
  await importAll(studio, [join(source, 'more')]);
  expect(await idsOf(studio)).toHaveLength(3);
  await undo(studio);
  const [around] = (await studio.call('sources.list', {})).sources;
  await studio.call('sources.look', { id: around!.id });
  expect(await idsOf(studio)).toHaveLength(2);
});

it('stops when it is undone while it goes on', async () => {
  const { studio } = await studioWithProject();
  const source = await folderOf(400);
  const some = nextEvent(studio, 'images.changed');
  const finished = nextEvent(studio, 'import.finished');
  await studio.call('images.import', { sources: [source], labels: 'none' });
  await some;
  expect(await undo(studio)).toMatch(/^import \d+ pictures? from pond$/);
  expect((await finished).report).toMatchObject({ cancelled: true });
  expect(await idsOf(studio)).toEqual([]);
  await redo(studio);
  expect((await idsOf(studio)).length).toBeGreaterThan(0);
});

it('is one step, also where something else is done while it goes on', async () => {
  const { studio } = await studioWithProject();
  const source = await folderOf(400);
  const frog = (await studio.call('labels.create', { name: 'frog' })).id;
  const some = nextEvent(studio, 'images.changed');
  const finished = nextEvent(studio, 'import.finished');
  await studio.call('images.import', { sources: [source], labels: 'none' });
  await some;
  const [first] = await idsOf(studio);
  await studio.call('labels.assign', { imageIds: [first!], labelId: frog });
  expect(await finished).toMatchObject({ report: { imported: 400 }, undoable: false });
  expect(await undo(studio)).toBe('label 1 picture as frog');
  expect(await undo(studio)).toBe('import 400 pictures from pond');
  expect(await idsOf(studio)).toEqual([]);
});

it('leaves nothing behind when it can no longer be redone, but what a run was tested on', async () => {
  const { studio, folder } = await studioWithProject();
  const own = join(folder, 'images', 'uploaded');
  await mkdir(own, { recursive: true });
  for (let i = 0; i < 2; i++) await writeFile(join(own, `${i}.png`), await png(i));
  await importAll(studio, [own]);
  const elsewhere = await folderOf(1, 5);
  await importAll(studio, [elsewhere]);
  await undo(studio);
  await undo(studio);
  const thumbnails = async () =>
    (await readdir(join(folder, 'thumbnails'), { recursive: true })).filter((name) =>
      name.endsWith('.jpg'),
    ).length;
  const reopen = async () => {
    await studio.call('project.close', {});
    await studio.call('project.open', { path: folder });
  };
  await reopen(); // all can be redone
  expect([await thumbnails(), existsSync(join(own, '0.png'))]).toEqual([3, true]);
  await studio.call('labels.create', { name: 'frog' });
  await reopen();
  expect([await thumbnails(), existsSync(join(own, '0.png'))]).toEqual([0, false]);
  // What is not the project's own is nobody's to remove.
  expect(existsSync(join(elsewhere, '5.png'))).toBe(true);
  expect(await importAll(studio, [elsewhere])).toMatchObject({ imported: 1 });
});
