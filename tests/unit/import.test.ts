import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import type { Studio, StudioEvent } from '../../src-shared/contract.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { noise } from '../helpers/pictures.ts';
import { importAll, nextEvent, studioWithProject } from '../helpers/studio.ts';

async function picture(path: string, seed: number): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await noise(24, 16, seed).png().toFile(path);
}

async function allImages(studio: Studio) {
  const { ids } = await studio.call('images.query', { filter: {}, sort: 'imported' });
  return (await studio.call('images.get', { ids })).images;
}

describe('an import', () => {
  it('takes pictures in order, once each, and lists what it rejects', async () => {
    const { studio } = await studioWithProject();
    const source = await temporaryFolder();
    await picture(join(source, 'b', 'img10.png'), 1);
    await picture(join(source, 'b', 'img9.png'), 2);
    await picture(join(source, 'a', 'copy.png'), 1);
    await writeFile(join(source, 'empty.jpg'), '');
    await writeFile(join(source, 'notes.txt'), 'two geese');
    const report = await importAll(studio, [source]);
    expect(report).toEqual({
      imported: 2,
      duplicates: 1,
      rejected: [
        { path: join(source, 'empty.jpg'), reason: 'the file is empty' },
        {
          path: join(source, 'notes.txt'),
          reason: 'not a picture (JPEG, PNG, WebP, AVIF, TIFF, GIF)',
        },
      ],
      labels: {},
      cancelled: false,
    });
    const images = await allImages(studio);
    expect(images.map(({ name }) => name)).toEqual(['copy.png', 'img9.png']);
    expect(images[0]).toMatchObject({ width: 24, height: 16, labelId: null });
    const { type, bytes } = await studio.media('thumbnail', images[0]!.id);
    expect([type, bytes.length > 50]).toEqual(['image/jpeg', true]);
  });

  it('labels by folder in one step that can be undone, and leaves labels alone that are there', async () => {
    const { studio } = await studioWithProject();
    const source = await temporaryFolder();
    for (let i = 0; i < 4; i++) await picture(join(source, 'cats', `${i}.png`), i);
    await picture(join(source, 'CATS', 'big.png'), 10);
    await picture(join(source, 'more', 'Cafe\u0301', 'x.png'), 11);
    await picture(join(source, 'top.png'), 12);
    await picture(join(source, 'zz', 'copy of a cat.png'), 2);
    const report = await importAll(studio, [source], 'folders');
    expect(report).toMatchObject({
      imported: 7,
      duplicates: 1,
      labels: { cats: 5, 'Caf\u00e9': 1 },
    });

    const { project } = await studio.call('project.current', {});
    expect(project).toMatchObject({ images: 7, labelled: 6 });
    expect(project!.undo.undo).toBe(`import 7 pictures from ${basename(source)}`);
    await studio.call('labels.undo', {});
    const undone = (await studio.call('project.current', {})).project!;
    expect(undone).toMatchObject({ images: 0, labelled: 0, labels: [] });
    await studio.call('labels.redo', {});
    expect((await studio.call('project.current', {})).project).toMatchObject({ labelled: 6 });
    const [cats] = project!.labels;
    await studio.call('labels.delete', { id: cats!.id });

    const { id } = await studio.call('labels.create', { name: 'mine' });
    const [first] = await allImages(studio);
    await studio.call('labels.assign', { imageIds: [first!.id], labelId: id });
    expect(await importAll(studio, [source], 'folders')).toMatchObject({
      imported: 0,
      duplicates: 8,
    });
    expect((await allImages(studio))[0]!.labelId).toBe(id);
  });

  it('is repeated quickly, without reading what it knows', async () => {
    const { studio, folder } = await studioWithProject();
    const source = await temporaryFolder();
    await picture(join(source, 'a.png'), 1);
    await importAll(studio, [source]);
    // Without its thumbnail a file that is read again would get a new one.
    await rm(join(folder, 'thumbnails'), { recursive: true });
    expect(await importAll(studio, [source])).toMatchObject({ imported: 0, duplicates: 1 });
    await expect(readdir(join(folder, 'thumbnails'))).rejects.toThrow('ENOENT');
    // Touched, it is read again and found to be the same.
    await utimes(join(source, 'a.png'), new Date(), new Date(Date.now() - 5000));
    expect(await importAll(studio, [source])).toMatchObject({ imported: 0, duplicates: 1 });
    expect(await readdir(join(folder, 'thumbnails'))).toHaveLength(1);
  });

  it('finds moved files again by their bytes', async () => {
    const { studio } = await studioWithProject();
    const source = await temporaryFolder();
    await picture(join(source, 'old', 'a.png'), 1);
    await picture(join(source, 'old', 'b.png'), 2);
    await importAll(studio, [source]);
    await rename(join(source, 'old'), join(source, 'new'));
    expect(await importAll(studio, [source])).toMatchObject({ imported: 0, duplicates: 2 });
    expect((await allImages(studio)).map(({ path }) => path)).toEqual([
      join(source, 'new', 'a.png'),
      join(source, 'new', 'b.png'),
    ]);
    // A copy elsewhere does not move an image that is where it was.
    await picture(join(source, 'copy', 'a.png'), 1);
    await importAll(studio, [source]);
    expect((await allImages(studio))[0]!.path).toBe(join(source, 'new', 'a.png'));
    // But when that goes, the copy that is known for long takes its place.
    await rm(join(source, 'new', 'a.png'));
    await importAll(studio, [source]);
    expect((await allImages(studio))[0]!.path).toBe(join(source, 'copy', 'a.png'));
  });

  it('of 300 files tells its progress, can be cancelled and repeated, and blocks nothing', async () => {
    const { studio } = await studioWithProject();
    const source = await temporaryFolder();
    const bytes = await Promise.all(
      Array.from({ length: 300 }, (_, i) => noise(200, 150, i).jpeg().toBuffer()),
    );
    for (const [i, jpeg] of bytes.entries()) await writeFile(join(source, `${i}.jpg`), jpeg);

    const progress: Extract<StudioEvent, { name: 'import.progress' }>['data'][] = [];
    studio.subscribe((event) => {
      if (event.name === 'import.progress') progress.push(event.data);
    });
    const finished = nextEvent(studio, 'import.finished');
    const underway = nextEvent(studio, 'import.progress', ({ done }) => done >= 20);
    const { importId } = await studio.call('images.import', { sources: [source], labels: 'none' });
    await underway;
    await studio.call('images.cancelImport', { importId });
    const { report } = await finished;
    expect(report!.cancelled).toBe(true);
    expect(report!.imported).toBeGreaterThanOrEqual(20);
    expect(report!.imported).toBeLessThan(300);
    expect((await allImages(studio)).length).toBe(report!.imported);

    progress.length = 0;
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const second = await importAll(studio, [source]);
    delay.disable();
    expect(second).toMatchObject({
      imported: 300 - report!.imported,
      duplicates: report!.imported,
      cancelled: false,
    });
    expect(delay.percentile(99) / 1e6).toBeLessThan(200);
    expect(progress[0]).toMatchObject({ done: 0, total: null, secondsLeft: null });
    expect(progress[1]).toMatchObject({ done: 0, total: 300 });
    expect(progress.at(-1)).toMatchObject({ done: 300, total: 300, secondsLeft: 0 });
    expect(progress.length).toBeLessThan(100);
  });

  it('goes on after its process was killed in the middle', async () => {
    const { studio, folder } = await studioWithProject();
    await studio.call('project.close', {});
    const source = await temporaryFolder();
    for (let i = 0; i < 300; i++)
      await picture(join(source, i % 2 ? 'odd' : 'even', `${i}.png`), i);
    const program = join(source, '.killed.mjs');
    const url = new URL('../../src-main/studio/studio.ts', import.meta.url).href;
    await writeFile(
      program,
      `const { createStudio } = await import(${JSON.stringify(url)});
       const studio = createStudio();
       await studio.call('project.open', { path: ${JSON.stringify(folder)} });
       studio.subscribe(({ name }) => {
         if (name === 'labels.assigned') process.kill(process.pid, 'SIGKILL');
       });
       const sources = [${JSON.stringify(source)}];
       await studio.call('images.import', { sources, labels: 'folders' });`,
    );
    const child = fork(program);
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');

    const before = await studio.call('project.open', { path: folder });
    expect(before.images).toBeGreaterThan(0);
    expect(before.images).toBeLessThan(300);
    expect(before.labelled).toBe(before.images);
    expect(await importAll(studio, [source], 'folders')).toMatchObject({
      imported: 300 - before.images,
      duplicates: before.images,
      rejected: [],
    });
    const { project } = await studio.call('project.current', {});
    expect(project).toMatchObject({ images: 300, labelled: 300 });
    expect(project!.labels.map(({ name, count }) => [name, count])).toEqual([
      ['even', 150],
      ['odd', 150],
    ]);
  });

  it('ends with the project that it belongs to, and what it did stays', async () => {
    const { studio, folder } = await studioWithProject();
    const source = await temporaryFolder();
    for (let i = 0; i < 60; i++) await picture(join(source, `${i}.png`), i);
    const finished = nextEvent(studio, 'import.finished');
    await studio.call('images.import', { sources: [source], labels: 'none' });
    await nextEvent(studio, 'import.progress', ({ total }) => total === 60);
    await studio.call('project.close', {});
    const { report, error } = await finished;
    expect(error).toBeNull();
    expect(report!.cancelled).toBe(true);
    const project = await studio.call('project.open', { path: folder });
    expect(project.images).toBe(report!.imported);
  });

  it('is refused when its project is closed before it has begun', async () => {
    const { studio, folder } = await studioWithProject();
    const source = await temporaryFolder();
    await picture(join(source, 'a.png'), 1);
    const begun = studio.call('images.import', {
      sources: [source],
      labels: 'none',
      watch: true,
    });
    const closed = studio.call('project.close', {});
    await expect(begun).rejects.toThrow('The project was closed before the import had begun.');
    await closed;
    expect(await studio.call('project.open', { path: folder })).toMatchObject({ images: 0 });
    expect((await studio.call('sources.list', {})).sources).toEqual([]);
  });

  it('refuses sources that are not there, before anything is done', async () => {
    const { studio } = await studioWithProject();
    const source = await temporaryFolder();
    await picture(join(source, 'a.png'), 1);
    const missing = join(source, 'nothing');
    await expect(
      studio.call('images.import', { sources: [source, missing], labels: 'none' }),
    ).rejects.toThrow(`${missing} cannot be imported: the file is not there.`);
    expect(await allImages(studio)).toEqual([]);
  });
});
