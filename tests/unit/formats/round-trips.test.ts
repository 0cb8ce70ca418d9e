import { mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Studio } from '../../../src-shared/contract.ts';
import type { DatasetFormat } from '../../../src-shared/domain.ts';
import { temporaryFolder } from '../../helpers/folders.ts';
import { noise } from '../../helpers/pictures.ts';
import { importAll, studioWithProject } from '../../helpers/studio.ts';

/** Six pictures in two folders, the names of which repeat; the last is excluded. */
async function pictures(): Promise<string> {
  const folder = await temporaryFolder();
  for (const [index, name] of ['1', '2', '3'].entries()) {
    for (const label of ['frog', 'newt & co']) {
      await mkdir(join(folder, label), { recursive: true });
      await noise(32, 24, index * 2 + label.length)
        .png()
        .toFile(join(folder, label, `${name}.png`));
    }
  }
  return folder;
}

async function labelsOf(studio: Studio): Promise<Record<string, string | null>> {
  const { project } = await studio.call('project.current', {});
  const names = new Map(project!.labels.map(({ id, name }) => [id, name]));
  const { ids } = await studio.call('images.query', { filter: {}, sort: 'imported' });
  const { images } = await studio.call('images.get', { ids });
  return Object.fromEntries(
    images.map(({ sha256, labelId }) => [sha256, labelId === null ? null : names.get(labelId)!]),
  );
}

describe.each<DatasetFormat>(['csv', 'jsonl', 'imagefolder', 'huggingface', 'coco'])(
  'an export as %s',
  (format) => {
    it('comes back the same', async () => {
      const { studio } = await studioWithProject();
      await importAll(studio, [await pictures()], 'folders');
      const { ids } = await studio.call('images.query', { filter: {}, sort: 'imported' });
      await studio.call('images.mark', { imageIds: [ids[5]!], excluded: true });
      const before = await labelsOf(studio);
      const out = join(await temporaryFolder(), `out.${format}`);
      const done = await studio.call('labels.export', { out, format });
      expect(done).toMatchObject({ path: out, rows: 5, rejected: [] });

      const other = (await studioWithProject()).studio;
      const report = await other.call('labels.import', { path: out });
      expect(report).toMatchObject({ imported: 5, labelled: 5, added: 5, problems: [] });
      expect(report.created.toSorted()).toEqual(['frog', 'newt & co']);
      const after = await labelsOf(other);
      expect(Object.keys(after)).toHaveLength(5);
      for (const [sha256, label] of Object.entries(after)) expect(before[sha256]).toBe(label);

      // One step to undo, and nothing to do the second time.
      expect(await other.call('labels.undo', {})).toEqual({
        what: `label 5 pictures from out.${format}`,
      });
      expect(new Set(Object.values(await labelsOf(other)))).toEqual(new Set([null]));
      await other.call('labels.redo', {});
      const again = await other.call('labels.import', { path: out });
      expect(again).toMatchObject({ imported: 0, labelled: 5, added: 0, replaced: 0 });
    });
  },
);

describe('an exported folder', () => {
  it('has a folder for each set, and says what is in none', async () => {
    const { studio } = await studioWithProject();
    await importAll(studio, [await pictures()], 'folders');
    const out = join(await temporaryFolder(), 'out');
    const order = { out, format: 'coco', sets: 'folders' } as const;
    await expect(studio.call('labels.export', order)).rejects.toThrow('No picture is in a set yet');
  });

  it('is never written over another, nor left half-written', async () => {
    const { studio } = await studioWithProject();
    await importAll(studio, [await pictures()], 'folders');
    const parent = await temporaryFolder();
    const out = join(parent, 'out');
    await mkdir(out);
    await writeFile(join(out, 'mine.txt'), 'mine');
    const order = { out, format: 'imagefolder' } as const;
    await expect(studio.call('labels.export', order)).rejects.toThrow('is not empty');
    expect(await readdir(parent)).toEqual(['out']);
    await rm(join(out, 'mine.txt'));
    await studio.call('labels.export', order);
    expect((await readdir(out)).toSorted()).toEqual(['frog', 'newt & co']);
    expect(await readdir(parent)).toEqual(['out']);
  });

  it('may have links, leaves out what is gone, and keeps names apart', async () => {
    const { studio } = await studioWithProject();
    const folder = await pictures();
    await importAll(studio, [folder], 'folders');
    await rm(join(folder, 'frog', '1.png'));
    const { project } = await studio.call('project.current', {});
    const [frog, newt] = project!.labels;
    await studio.call('labels.update', { id: newt!.id, name: 'CON: a/b' });
    const out = join(await temporaryFolder(), 'out');
    const done = await studio.call('labels.export', { out, format: 'imagefolder', files: 'link' });
    expect(done.rejected).toMatchObject([{ path: join(folder, 'frog', '1.png') }]);
    expect(done.notes).toEqual(['The folder of the label “CON: a/b” is called CON_ a_b.']);
    expect(await readlink(join(out, frog!.name, '2.png'))).toBe(join(folder, 'frog', '2.png'));

    const hugging = join(await temporaryFolder(), 'hf');
    await studio.call('labels.export', { out: hugging, format: 'huggingface' });
    expect((await readdir(join(hugging, 'images'))).toSorted()).toEqual(
      ['1.png', '2.png', '2 (2).png', '3.png', '3 (2).png'].toSorted(),
    );
    const lines = (await readFile(join(hugging, 'metadata.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toContainEqual({
      file_name: 'images/2.png',
      label: 'frog',
    });
  });
});
