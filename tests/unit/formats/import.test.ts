import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Studio } from '../../../src-shared/contract.ts';
import { zip } from '../../helpers/archives.ts';
import { temporaryFolder } from '../../helpers/folders.ts';
import { noise } from '../../helpers/pictures.ts';
import { importAll, studioWithProject } from '../../helpers/studio.ts';

let seed = 0;
async function picture(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await noise(16, 16, seed++).png().toFile(path);
  return path;
}

/** A studio with pictures of these names in one folder. */
async function withPictures(...names: string[]): Promise<{ studio: Studio; folder: string }> {
  const folder = await temporaryFolder();
  for (const name of names) await picture(join(folder, name));
  const { studio } = await studioWithProject();
  await importAll(studio, [folder]);
  return { studio, folder };
}

/** Name of the label by name of the picture, of those that have one. */
async function labelled(studio: Studio): Promise<Record<string, string>> {
  const { project } = await studio.call('project.current', {});
  const { ids } = await studio.call('images.query', { filter: { label: 'any' }, sort: 'name' });
  const { images } = await studio.call('images.get', { ids });
  return Object.fromEntries(
    images.map(({ path, labelId }) => [
      `${basename(dirname(path))}/${basename(path)}`.replace(/^graft-test-[^/]*\//, ''),
      project!.labels.find(({ id }) => id === labelId)!.name,
    ]),
  );
}

async function file(text: string | Uint8Array, name = 'labels.csv'): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, text);
  return path;
}

const kinds = (report: { problems: readonly { kind: string; where: string }[] }) =>
  report.problems.map(({ kind, where }) => [kind, where]);

describe('importing labels', () => {
  it('finds pictures by path, by name, and by as much of the path as is given', async () => {
    const { studio, folder } = await withPictures('a/1.png', 'b/1.png', 'b/2.png', 'c.png');
    const path = await file(
      [
        'path,label',
        `${join(folder, 'a', '1.png')},frog`,
        'else\\B\\1.PNG,newt',
        'https://example.org/x/2.png?size=big,frog',
        '/gone/c.png,toad',
        '1.png,toad',
        'd.png,toad',
      ].join('\n'),
    );
    const report = await studio.call('labels.import', { path });
    expect(await labelled(studio)).toEqual({
      'a/1.png': 'frog',
      'b/1.png': 'newt',
      'b/2.png': 'frog',
      'c.png': 'toad',
    });
    expect(kinds(report)).toEqual([
      ['ambiguous', 'line 6'],
      ['missing', 'line 7'],
    ]);
    expect(report).toMatchObject({ rows: 6, labelled: 4, created: ['frog', 'newt', 'toad'] });
  });

  it('does not take one picture for two that share its name', async () => {
    const { studio } = await withPictures('cat/1.png');
    const path = await file('path,label\nx/1.png,cat\ny/1.png,dog\n');
    const report = await studio.call('labels.import', { path });
    expect(await labelled(studio)).toEqual({});
    expect(kinds(report)).toEqual([
      ['ambiguous', 'line 2'],
      ['ambiguous', 'line 3'],
    ]);
  });

  it('tells which of several rows won', async () => {
    const { studio } = await withPictures('1.png', '2.png');
    const path = await file('path,label\n1.png,cat\n1.png,dog\n2.png,cat\n2.png,CAT\n');
    const report = await studio.call('labels.import', { path });
    expect(await labelled(studio)).toEqual({ '1.png': 'dog', '2.png': 'CAT' });
    expect(report.repeated).toBe(1);
    expect(report.problems).toMatchObject([
      {
        kind: 'conflict',
        where: 'line 3',
        reason: 'Labelled dog, which comes last; also given: cat (line 2).',
      },
    ]);
  });

  it('makes no labels and replaces none when told so', async () => {
    const { studio } = await withPictures('1.png', '2.png', '3.png');
    const cat = await studio.call('labels.create', { name: 'Cat' });
    const { ids } = await studio.call('images.query', { filter: {}, sort: 'name' });
    const dog = await studio.call('labels.create', { name: 'dog' });
    await studio.call('labels.assign', { imageIds: [ids[0]!], labelId: dog.id });
    const path = await file('path,label\n1.png,cat\n2.png,cat\n3.png,zebra\n');
    const careful = await studio.call('labels.import', { path, newLabels: false, replace: false });
    expect(careful).toMatchObject({ labelled: 1, added: 1, kept: 1, created: [] });
    expect(kinds(careful)).toEqual([['unknown-label', 'line 4']]);
    expect(await labelled(studio)).toEqual({ '1.png': 'dog', '2.png': cat.name });
    const bold = await studio.call('labels.import', { path });
    expect(bold).toMatchObject({ labelled: 3, added: 1, replaced: 1, created: ['zebra'] });
  });

  it('imports the pictures that a file names and the project lacks, or reports them', async () => {
    const { studio } = await withPictures();
    const folder = await temporaryFolder();
    await picture(join(folder, 'new', '1.png'));
    await writeFile(join(folder, 'new', '2.png'), 'no picture at all');
    const path = join(folder, 'labels.jsonl');
    await writeFile(
      path,
      '{"path":"new/1.png","label":"cat"}\n{"path":"new/2.png","label":"cat"}\n',
    );
    const without = await studio.call('labels.import', { path, pictures: false });
    expect(kinds(without)).toEqual([
      ['not-imported', 'line 1'],
      ['not-imported', 'line 2'],
    ]);
    const report = await studio.call('labels.import', { path });
    expect(report).toMatchObject({ imported: 1, labelled: 1 });
    expect(report.problems).toMatchObject([{ kind: 'unreadable', path: 'new/2.png' }]);
    expect(await labelled(studio)).toEqual({ 'new/1.png': 'cat' });
  });

  it('says of a file in another encoding how it was read', async () => {
    const { studio } = await withPictures('1.png');
    const path = await file(Buffer.from('path;label\n1.png;Käfer\n', 'latin1'));
    const report = await studio.call('labels.import', { path });
    expect(report.notes[0]).toContain('read as Latin-1');
    expect(await labelled(studio)).toEqual({ '1.png': 'Käfer' });
  });

  it('refuses what is no labels, in one sentence', async () => {
    const { studio } = await withPictures('1.png');
    const refuse = async (name: string, text: string, words: string) => {
      const path = await file(text, name);
      await expect(studio.call('labels.import', { path })).rejects.toThrow(words);
    };
    await refuse('labels.json', '{"a": 1', 'cannot be read: it is not whole JSON.');
    await refuse('labels.json', '{"a": 1}', 'none of a Label Studio export');
    await refuse('labels.csv', '', 'cannot be read: it is empty.');
    await refuse('labels.doc', 'x', 'is no file of labels that Graft knows.');
    await expect(studio.call('labels.import', { path: '/none.csv' })).rejects.toThrow(
      '/none.csv cannot be read',
    );
    await expect(studio.call('labels.import', { path: await temporaryFolder() })).rejects.toThrow(
      'holds neither pictures nor a file of labels',
    );
  });

  it('takes an archive of a dataset, and a project of Teachable Machine', async () => {
    const { studio } = await withPictures();
    const png = (seedOf: number) => noise(16, 16, seedOf).png().toBuffer();
    const dataset = zip([
      { name: 'set/data/a.png', bytes: await png(1001) },
      { name: 'set/data/b.png', bytes: await png(1002) },
      {
        name: 'set/labels.json',
        bytes: Buffer.from('{"classes":["cat","dog"],"labels":{"a":0,"b":1}}'),
      },
    ]);
    const report = await studio.call('labels.import', { path: await file(dataset, 'set.zip') });
    expect(report).toMatchObject({ format: 'FiftyOne classification', imported: 2, labelled: 2 });
    expect(await labelled(studio)).toEqual({ 'data/a.png': 'cat', 'data/b.png': 'dog' });

    const project = zip([
      { name: 'manifest.json', bytes: Buffer.from('{"type":"image"}') },
      { name: 'Class 1-!-0.png', bytes: await png(1003) },
    ]);
    const taught = await studio.call('labels.import', { path: await file(project, 'mine.tm') });
    expect(taught).toMatchObject({ format: 'Teachable Machine project', labels: { 'Class 1': 1 } });
  });
});
