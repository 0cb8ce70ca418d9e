import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as letOthersGo } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createContext } from '../../src-main/studio/context.ts';
import { csvLine } from '../../src-main/studio/formats/tables.ts';
import { historyCalls } from '../../src-main/studio/history.ts';
import { labelCalls } from '../../src-main/studio/labels.ts';
import type { StudioEvent } from '../../src-shared/contract.ts';
import { addImages, newStore } from '../helpers/store.ts';

async function labelling(paths: readonly string[] = ['/a.jpg', '/b.jpg', '/c.jpg']) {
  const { path, store } = await newStore();
  const events: StudioEvent[] = [];
  const context = createContext({ emit: (event: StudioEvent) => events.push(event) } as never);
  await context.replace({ path: join(path, '..'), store });
  onTestFinished(() => context.replace(null));
  const ids = addImages(store, paths);
  events.length = 0;
  const told = () => events.splice(0).map(({ name, data }) => [name, data] as const);
  return {
    store,
    context,
    calls: { ...labelCalls(context), ...historyCalls(context) },
    ids,
    told,
    folder: join(path, '..'),
  };
}

describe('labelling', () => {
  it('tells which pictures changed, and the new counts', async () => {
    const { calls, ids, told } = await labelling();
    const frog = await calls['labels.create']({ name: 'frog' });
    expect(frog).toEqual({ id: 1, name: 'frog', colour: 1, count: 0, excluded: 0 });
    expect(told().map(([name]) => name)).toEqual(['project.changed']);

    const { labels } = await calls['labels.assign']({ imageIds: ids.slice(1), labelId: frog.id });
    expect(labels).toEqual([{ ...frog, count: 2 }]);
    // Who labelled has the answer before the counts.
    expect(told()).toEqual([['labels.assigned', { imageIds: ids.slice(1) }]]);
    await letOthersGo();
    expect(told()).toMatchObject([
      ['project.changed', { project: { images: 3, labelled: 2, labels } }],
    ]);

    expect(await calls['labels.undo']({})).toEqual({ what: 'label 2 pictures as frog' });
    expect(told()[0]).toEqual(['labels.assigned', { imageIds: ids.slice(1) }]);
    expect(await calls['labels.redo']({})).toEqual({ what: 'label 2 pictures as frog' });
    told();
    expect(await calls['labels.redo']({})).toEqual({ what: null });
    expect(told()).toEqual([]);
  });

  it('of very many pictures asks to ask again instead of naming them', async () => {
    const { calls, ids, told } = await labelling(
      Array.from({ length: 1001 }, (_, i) => `/${i}.jpg`),
    );
    const { id } = await calls['labels.create']({ name: 'frog' });
    told();
    await calls['labels.assign']({ imageIds: ids, labelId: id });
    expect(told()[0]).toEqual(['labels.assigned', { imageIds: null }]);
  });

  it('works with labels that are merged and deleted', async () => {
    const { calls, ids } = await labelling();
    const frog = await calls['labels.create']({ name: 'frog' });
    const toad = await calls['labels.create']({ name: 'toad' });
    await calls['labels.assign']({ imageIds: ids, labelId: toad.id });
    expect((await calls['labels.merge']({ from: toad.id, into: frog.id })).labels).toEqual([
      { ...frog, count: 3 },
    ]);
    expect((await calls['labels.update']({ id: frog.id, name: 'Frog', colour: 9 })).labels).toEqual(
      [{ id: frog.id, name: 'Frog', colour: 9, count: 3, excluded: 0 }],
    );
    expect((await calls['labels.delete']({ id: frog.id })).labels).toEqual([]);
  });
});

const asCsv = { format: 'csv', files: 'copy', sets: 'together' } as const;

describe('labels as CSV', () => {
  it('quotes what RFC 4180 wants quoted', () => {
    expect(csvLine(['plain', 'with space', 'a,b', 'say "hi"', 'two\nlines', ''])).toBe(
      'plain,with space,"a,b","say ""hi""","two\nlines",\r\n',
    );
  });

  it('has a line for each labelled picture, and replaces the file at once', async () => {
    const { calls, store, ids, folder } = await labelling(['/a, b.jpg', '/ü.jpg', '/c.jpg']);
    const { id } = await calls['labels.create']({ name: 'the "frog"' });
    await calls['labels.assign']({ imageIds: ids.slice(0, 2), labelId: id });
    store.splits.set(new Map([[ids[1]!, 'test']]));
    const out = join(folder, 'labels.csv');
    for (let twice = 0; twice < 2; twice++)
      expect(await calls['labels.export']({ out, ...asCsv })).toMatchObject({
        path: out,
        rows: 2,
      });
    expect(await readFile(out, 'utf8')).toBe(
      'path,label,split\r\n"/a, b.jpg","the ""frog""",\r\n/ü.jpg,"the ""frog""",test\r\n',
    );
    expect((await readdir(folder)).filter((name) => name.includes('labels.csv'))).toEqual([
      'labels.csv',
    ]);
  });

  it('is refused where it cannot be written', async () => {
    const { calls, folder } = await labelling();
    const call = (out: string) => (async () => calls['labels.export']({ out, ...asCsv }))();
    await expect(call(folder)).rejects.toThrow('is a folder. Name a file in it');
    await expect(call(join(folder, 'none', 'labels.csv'))).rejects.toThrow(
      'does not exist. Make it first.',
    );
  });
});
