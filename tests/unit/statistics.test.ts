import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../helpers/folders.ts';
import { importAll, studioWithProject } from '../helpers/studio.ts';

const plain = (width: number, height: number, level: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: level, g: level, b: level } } });

it('counts sizes, shapes and brightness, and every bar agrees with its filter', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'dark'));
  await mkdir(join(folder, 'light'));
  await plain(100, 50, 10)
    .png()
    .toFile(join(folder, 'dark', 'a.png'));
  await plain(300, 300, 250)
    .png()
    .toFile(join(folder, 'light', 'b.png'));
  await plain(30, 60, 128)
    .png()
    .toFile(join(folder, 'light', 'c.png'));
  await copyFile(join(folder, 'dark', 'a.png'), join(folder, 'dark', 'copy.png'));
  const png = await plain(64, 64, 5).png().toBuffer();
  await writeFile(join(folder, 'dark', 'cut.png'), png.subarray(0, png.length / 2));
  const { studio } = await studioWithProject();
  await importAll(studio, [folder], 'folders');
  const found = await studio.call('images.statistics', {});

  const counted = (of: 'side' | 'aspect' | 'brightness') =>
    found[of].filter(({ count }) => count > 0).map(({ from, count }) => [from, count]);
  expect(counted('side')).toEqual([
    [0, 1],
    [32, 1],
    [224, 1],
  ]);
  expect(counted('aspect')).toEqual([
    [0.5, 1],
    [0.95, 1],
    [2, 1],
  ]);
  expect(counted('brightness')).toEqual([
    [0, 1],
    [128, 1],
    [224, 1],
  ]);
  expect(found.unmeasured).toBe(0);
  for (const { from, to, count } of found.brightness) {
    const filter = { brightness: { from, ...(to !== null && { to: to - 1 }) } };
    expect((await studio.call('images.count', { filters: [filter] })).counts).toEqual([count]);
  }
  for (const { from, to, count } of found.aspect) {
    const filter = { aspect: { from, ...(to !== null && { to }) } };
    expect((await studio.call('images.count', { filters: [filter] })).counts).toEqual([count]);
  }
  expect(found.samples.map(({ imageIds }) => imageIds.length)).toEqual([1, 2]);
  expect(found.copies).toMatchObject([
    { paths: [join(folder, 'dark', 'a.png'), join(folder, 'dark', 'copy.png')] },
  ]);
  expect(found.refused).toMatchObject([{ path: join(folder, 'dark', 'cut.png') }]);

  // Repaired, it is no longer told.
  await writeFile(join(folder, 'dark', 'cut.png'), png);
  await importAll(studio, [folder], 'folders');
  expect((await studio.call('images.statistics', {})).refusedCount).toBe(0);
});
