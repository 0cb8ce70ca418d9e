import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type Changed, watchFolder } from '../../src-main/images/watch.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { until } from '../helpers/until.ts';

async function watching() {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'frogs'));
  await writeFile(join(folder, 'frogs', 'a.png'), 'a');
  const told: Changed[] = [];
  const watch = await watchFolder(folder, (places) => told.push(places));
  onTestFinished(() => watch.close());
  return { folder, told, next: () => until('a change', () => told.shift()) };
}

it('says where something came, went or changed, and nothing of the rest', async () => {
  const { folder, next } = await watching();
  await writeFile(join(folder, 'frogs', 'b.png'), 'b');
  await rename(join(folder, 'frogs', 'a.png'), join(folder, 'c.png'));
  const places = (await next())!;
  expect(places).toEqual([
    join(folder, 'c.png'),
    join(folder, 'frogs', 'a.png'),
    join(folder, 'frogs', 'b.png'),
  ]);
  await mkdir(join(folder, 'newts'));
  expect(await next()).toEqual([join(folder, 'newts')]);
  // Which is watched from then on.
  await writeFile(join(folder, 'newts', 'd.png'), 'd');
  expect(await next()).toEqual([join(folder, 'newts', 'd.png')]);
});

it('overlooks what is hidden, and what a project keeps in the folder', async () => {
  const { folder, told } = await watching();
  await writeFile(join(folder, 'studio.db'), '');
  await writeFile(join(folder, 'studio.db-wal'), '');
  await writeFile(join(folder, '.hidden'), '');
  await writeFile(join(folder, 'frogs', 'b.png'), 'b');
  await until('a change', () => told.length > 0 || undefined);
  expect(told).toEqual([[join(folder, 'frogs', 'b.png')]]);
});

it('no longer counts when very much has changed', async () => {
  const { folder, told } = await watching();
  const names = Array.from({ length: 1100 }, (_, i) => join(folder, 'frogs', `${i}.png`));
  await Promise.all(names.map((name) => writeFile(name, 'x')));
  await until('a change', () => told.length > 0 || undefined);
  expect(told).toEqual([null]);
});
