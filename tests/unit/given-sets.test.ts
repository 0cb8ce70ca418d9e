import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { givenSets, type WantedSets } from '../../src-main/studio/given-sets.ts';
import type { SplitName } from '../../src-shared/domain.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { noise } from '../helpers/pictures.ts';
import { studioWithProject } from '../helpers/studio.ts';

const given = (wanted: Record<number, SplitName>, more: Partial<WantedSets> = {}) =>
  givenSets({
    wanted: new Map(Object.entries(wanted).map(([id, set]) => [Number(id), set])),
    there: new Map(),
    labelOf: new Map(Object.keys(wanted).map((id) => [Number(id), 1])),
    copies: [],
    seed: 1,
    ...more,
  });

describe('sets that a file names', () => {
  it('are those of the pictures that are in none yet', () => {
    const { sets, others, validationDealt } = given(
      { 1: 'train', 2: 'validation', 3: 'test', 4: 'test' },
      { there: new Map([[4, 'train']]) },
    );
    expect([...sets]).toEqual([
      [1, 'train'],
      [2, 'validation'],
      [3, 'test'],
    ]);
    expect(others.map(({ id }) => id)).toEqual([4]);
    expect(others[0]!.reason).toContain('stays in the train set');
    expect(validationDealt).toBe(false);
  });

  it('never part copies: they join what is there, else the training', () => {
    const { sets, others } = given(
      { 1: 'test', 2: 'train', 3: 'test', 4: 'validation', 5: 'test', 6: 'validation' },
      {
        copies: [
          [1, 2],
          [3, 9],
          [4, 5],
        ],
        there: new Map([[9, 'validation']]),
      },
    );
    expect(Object.fromEntries(sets)).toEqual({
      ...{ 1: 'train', 2: 'train', 3: 'validation', 4: 'validation', 5: 'validation' },
      6: 'validation',
    });
    expect(others.map(({ id }) => id)).toEqual([1, 3, 5]);
  });

  it('get a validation set from the training where the file has none, label by label', () => {
    const wanted = Object.fromEntries(
      Array.from({ length: 25 }, (_, i) => [i + 1, i < 20 ? 'train' : 'test'] as const),
    );
    const labelOf = new Map(Object.keys(wanted).map((id) => [Number(id), Number(id) % 2]));
    const first = given(wanted, { labelOf });
    expect(first.validationDealt).toBe(true);
    const validation = [...first.sets].flatMap(([id, set]) => (set === 'validation' ? [id] : []));
    expect(validation.filter((id) => id % 2 === 0)).toHaveLength(3);
    expect(validation).toHaveLength(6);
    expect(Math.max(...validation)).toBeLessThanOrEqual(20);
    expect(first.others).toEqual([]);
    expect([...given(wanted, { labelOf }).sets]).toEqual([...first.sets]);
  });
});

it('are taken over on import where that is asked for, and stay when it is done again', async () => {
  const folder = await temporaryFolder();
  const pictures = join(folder, 'pictures');
  await mkdir(pictures);
  for (let i = 0; i < 6; i++)
    await noise(48, 48, i)
      .png()
      .toFile(join(pictures, `${i}.png`));
  await sharp(join(pictures, '0.png')).jpeg({ quality: 95 }).toFile(join(pictures, 'copy.jpg'));
  const write = async (name: string, sets: readonly string[]) => {
    const rows = ['0.png', '1.png', '2.png', '3.png', '4.png', '5.png', 'copy.jpg'].map(
      (file, i) => `pictures/${file},${i % 2 ? 'a' : 'b'},${sets[i]}`,
    );
    await writeFile(join(folder, name), ['path,label,split', ...rows].join('\n'));
    return join(folder, name);
  };
  const { studio } = await studioWithProject();
  const split = async () => (await studio.call('project.current', {})).project!.split;
  const file = await write('a.csv', ['train', 'val', 'test', 'train', '', 'test', 'test']);

  const without = await studio.call('labels.import', { path: file });
  expect(without.sets).toEqual({ train: 0, validation: 0, test: 0 });
  expect(without.notes.join()).toContain('unless you ask');
  expect(await split()).toEqual({ train: 0, validation: 0, test: 0 });

  const report = await studio.call('labels.import', { path: file, sets: true });
  expect(report.sets).toEqual({ train: 3, validation: 1, test: 2 });
  expect(report.problems).toMatchObject([{ kind: 'other-set', path: 'pictures/copy.jpg' }]);
  expect(await split()).toEqual({ train: 3, validation: 1, test: 2 });

  const other = await write('b.csv', ['test', 'test', 'test', 'test', 'test', 'test', 'train']);
  const again = await studio.call('labels.import', { path: other, sets: true });
  expect(again.sets).toEqual({ train: 0, validation: 0, test: 1 });
  expect(again.problems.map(({ path }) => path)).toEqual([
    'pictures/0.png',
    'pictures/1.png',
    'pictures/3.png',
  ]);
  expect(await split()).toEqual({ train: 3, validation: 1, test: 3 });
});
