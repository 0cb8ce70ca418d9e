import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Studio } from '../../src-shared/contract.ts';
import type { ImageFilter } from '../../src-shared/domain.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { noise } from '../helpers/pictures.ts';
import { nextEvent, studioWithProject } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

const png = (seed: number) => noise(24, 16, seed).png().toBuffer();

async function images(studio: Studio, filter: ImageFilter = {}) {
  const { ids } = await studio.call('images.query', { filter, sort: 'name' });
  return (await studio.call('images.get', { ids })).images;
}
const names = async (studio: Studio, filter?: ImageFilter) =>
  (await images(studio, filter)).map(({ name }) => name).join(' ');

/** A project that watches a folder of two pictures: `frogs/a.png` and `frogs/b.png`. */
async function watching(labels: 'none' | 'folders' = 'folders') {
  const { studio, folder: project } = await studioWithProject();
  const source = join(await temporaryFolder(), 'pond');
  await mkdir(join(source, 'frogs'), { recursive: true });
  for (const [i, name] of ['a', 'b'].entries())
    await writeFile(join(source, 'frogs', `${name}.png`), await png(i));
  const finished = nextEvent(studio, 'import.finished');
  await studio.call('images.import', { sources: [source], labels, watch: true });
  await finished;
  return { studio, project, source };
}

it('takes in new files by themselves, also in new folders', async () => {
  const { studio, source } = await watching();
  await writeFile(join(source, 'frogs', 'c.png'), await png(3));
  await until('c', async () => (await names(studio)) === 'a.png b.png c.png');
  await mkdir(join(source, 'newts'));
  await writeFile(join(source, 'newts', 'd.png'), await png(4));
  await until('d', async () => (await names(studio)) === 'a.png b.png c.png d.png');
  await writeFile(join(source, 'newts', 'e.png'), await png(5));
  await until('e', async () => (await names(studio)).endsWith('e.png'));
  const { project } = await studio.call('project.current', {});
  expect(project?.labels.map(({ name, count }) => `${name} ${count}`)).toEqual([
    'frogs 3',
    'newts 2',
  ]);
});

it('keeps the label of a file that is renamed, and a label that was taken away stays away', async () => {
  const { studio, source } = await watching();
  const [a, b] = await images(studio);
  await studio.call('labels.assign', { imageIds: [b!.id], labelId: null });
  await rename(join(source, 'frogs', 'a.png'), join(source, 'z.png'));
  await until('z', async () => (await names(studio)) === 'b.png z.png');
  expect(await images(studio)).toMatchObject([
    { id: b!.id, labelId: null },
    { id: a!.id, labelId: a!.labelId, path: join(source, 'z.png'), missing: false },
  ]);
});

it('marks what is missing, does not forget it, and finds it again', async () => {
  const { studio, source } = await watching();
  const [a] = await images(studio);
  const away = join(await temporaryFolder(), 'a.png');
  await rename(a!.path, away);
  await until('missing', async () => (await names(studio, { missing: true })) === 'a.png');
  expect(await images(studio)).toMatchObject([
    { id: a!.id, labelId: a!.labelId, missing: true },
    { missing: false },
  ]);
  const { project } = await studio.call('project.current', {});
  expect([project?.images, project?.missing]).toEqual([2, 1]);
  await rename(away, join(source, 'here again.png'));
  await until('found', async () => (await names(studio, { missing: true })) === '');
  expect((await images(studio)).find(({ id }) => id === a!.id)).toMatchObject({
    name: 'here again.png',
    labelId: a!.labelId,
  });
});

it('says that a picture lies where its other copy is', async () => {
  const { studio, source } = await watching('none');
  await writeFile(join(source, 'copy.png'), await png(0));
  const { sources } = await studio.call('sources.list', {});
  await studio.call('sources.look', { id: sources[0]!.id });
  await rm(join(source, 'frogs', 'a.png'));
  await until('copy', async () => (await names(studio)) === 'b.png copy.png');
  expect(await names(studio, { missing: true })).toBe('');
});

it('looks again when the project is opened, and at a folder that is gone for a while', async () => {
  const { studio, project, source } = await watching();
  await studio.call('project.close', {});
  await writeFile(join(source, 'new.png'), await png(7));
  await studio.call('project.open', { path: project });
  await until('new', async () => (await names(studio)) === 'a.png b.png new.png');

  await studio.call('project.close', {});
  await rename(source, `${source} away`);
  await studio.call('project.open', { path: project });
  await until('all missing', async () => (await images(studio, { missing: true })).length === 3);
  const { sources } = await studio.call('sources.list', {});
  expect(sources).toMatchObject([{ path: source, watched: true, pictures: 3, missing: 3 }]);
  expect(sources[0]!.problem).toContain('not there');
  await rename(`${source} away`, source);
  expect((await studio.call('sources.look', {})).sources).toMatchObject([{ missing: 0 }]);
});

it('leaves a folder alone that is not watched any more, until it is asked to look', async () => {
  const { studio, source } = await watching();
  const id = (await studio.call('sources.list', {})).sources[0]!.id;
  await studio.call('sources.watch', { id, watched: false });
  await writeFile(join(source, 'new.png'), await png(7));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await names(studio)).toBe('a.png b.png');
  const { sources } = await studio.call('sources.look', { id });
  expect(sources).toMatchObject([{ watched: false, pictures: 3, problem: null }]);
  expect((await studio.call('sources.forget', { id })).sources).toEqual([]);
  expect(await names(studio)).toBe('a.png b.png new.png');
});

it('finds its own pictures at once when the project is moved', async () => {
  const { studio, folder } = await studioWithProject();
  await writeFile(join(folder, 'images', 'own.png'), await png(1));
  const finished = nextEvent(studio, 'import.finished');
  await studio.call('images.import', { sources: [join(folder, 'images')], labels: 'none' });
  await finished;
  await studio.call('project.close', {});
  await rename(folder, `${folder} moved`);
  await studio.call('project.open', { path: `${folder} moved` });
  const [own] = await images(studio);
  expect(own!.path).toBe(join(`${folder} moved`, 'images', 'own.png'));
  expect((await studio.media('picture', own!.id)).bytes.length).toBe(own!.bytes);
  expect((await studio.call('sources.list', {})).sources).toEqual([]);
});

it('follows a folder that is renamed and deleted, with what is below it', async () => {
  const { studio, source } = await watching('folders');
  await mkdir(join(source, 'newts', 'young'), { recursive: true });
  await writeFile(join(source, 'newts', 'young', 'c.png'), await png(3));
  await until('c', async () => (await names(studio)) === 'a.png b.png c.png');
  await until('a label', async () =>
    (await studio.call('project.current', {})).project?.labels.some(({ name }) => name === 'young'),
  );
  await rename(join(source, 'newts'), join(source, 'salamanders'));
  const moved = join(source, 'salamanders', 'young', 'c.png');
  await until('its new place', async () => (await images(studio))[2]?.path === moved);
  await rm(join(source, 'salamanders'), { recursive: true });
  await until('it missing', async () => (await names(studio, { missing: true })) === 'c.png');
  await writeFile(join(source, 'd.png'), await png(4));
  await until('d', async () => (await names(studio)) === 'a.png b.png c.png d.png');
  expect((await images(studio))[3]).toMatchObject({ labelId: null });
});
