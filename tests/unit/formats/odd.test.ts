/** Files of labels as they should not be: each gives a report or one sentence that names the file, and none a crash. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Studio } from '../../../src-shared/contract.ts';
import type { LabelImportReport } from '../../../src-shared/domain.ts';
import { zip } from '../../helpers/archives.ts';
import { temporaryFolder } from '../../helpers/folders.ts';
import { noise } from '../../helpers/pictures.ts';
import { importAll, studioWithProject } from '../../helpers/studio.ts';

const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');
const json = (value: unknown) => JSON.stringify(value);
const task = (more: object) => ({ id: 1, data: { image: '1.png' }, ...more });
const chosen = (result: unknown) => task({ annotations: [{ result }] });

/** What an import of this comes to: the labels given and the problems by kind, or the refusal. */
type Outcome = { readonly labelled: number; readonly problems?: readonly string[] } | RegExp;

async function outcomeOf(
  studio: Studio,
  folder: string,
  name: string,
  content: string | Uint8Array,
): Promise<unknown> {
  const path = join(folder, name);
  await writeFile(path, content);
  return studio.call('labels.import', { path }).then(
    ({ labelled, problems }: LabelImportReport) => ({
      labelled,
      problems: problems.map(({ kind, where }) => `${kind} ${where}`),
    }),
    (error: Error & { code?: string }) => {
      expect(['refused', 'not-found']).toContain(error.code);
      expect(error.message).toContain(path);
      return error.message.replace(path, 'FILE');
    },
  );
}

const cases: readonly (readonly [string, string, string | Uint8Array, Outcome])[] = [
  // CSV
  [
    'UTF-16 with Windows line ends',
    'a.csv',
    utf16('path\tlabel\r\n1.png\tKäfer\r\n'),
    { labelled: 1 },
  ],
  [
    'a mark of UTF-8, and semicolons',
    'a.csv',
    '\uFEFF"path";"label"\r\n"1.png";"cat"\r\n',
    { labelled: 1 },
  ],
  [
    'a byte that is no UTF-8',
    'a.csv',
    Buffer.concat([Buffer.from('path,label\n1.png,K'), Buffer.from([0xe4]), Buffer.from('fer\n')]),
    { labelled: 1 },
  ],
  ['a header alone', 'a.csv', 'path,label\r\n', { labelled: 0 }],
  ['nothing but line ends', 'a.csv', '\r\n\r\n', /it is empty/],
  [
    'a picture that is called a table',
    'a.csv',
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1, 2, 3, 255, 254]),
    /cannot be read/,
  ],
  [
    'zeros in a path',
    'a.csv',
    'path,label\n1\0.png,cat\n2.png,dog\n',
    { labelled: 1, problems: ['missing line 2'] },
  ],
  [
    'a path longer than a system takes',
    'a.csv',
    `path,label\n${'x'.repeat(5000)}.png,cat\n2.png,dog\n`,
    { labelled: 1, problems: ['missing line 2'] },
  ],
  [
    'a folder for a picture',
    'a.csv',
    'path,label\n.,cat\n..,cat\n/,cat\n2.png,dog\n',
    { labelled: 1, problems: ['missing line 2', 'missing line 3', 'missing line 4'] },
  ],
  [
    'names that objects have',
    'a.csv',
    'path,label\n__proto__,cat\n1.png,__proto__\n2.png,constructor\n',
    { labelled: 2, problems: ['missing line 2'] },
  ],
  ['the same column twice', 'a.csv', 'path,label,label\n1.png,cat,dog\n', { labelled: 1 }],
  [
    'a label of nothing that is seen',
    'a.csv',
    'path,label\n1.png,\u00a0 \u200b\n',
    { labelled: 0, problems: ['unreadable line 2'] },
  ],
  [
    'a label that is too long',
    'a.csv',
    `path,label\n1.png,${'x'.repeat(101)}\n`,
    { labelled: 0, problems: ['unreadable line 2'] },
  ],
  [
    'the same row a thousand times',
    'a.csv',
    `path,label\n${'1.png,cat\n'.repeat(1000)}`,
    { labelled: 1 },
  ],
  // JSON
  ['half of it', 'a.json', '[{"id":1,"data":{"image":', /it is not whole JSON/],
  ['null', 'a.json', 'null', /none of a Label Studio export/],
  ['an empty list', 'a.json', '[]', /none of a Label Studio export/],
  ['lists in lists', 'a.json', '['.repeat(20_000) + ']'.repeat(20_000), /cannot be read/],
  [
    'lines of nothing that is an object',
    'a.jsonl',
    '1\r\nnull\r\n[]\r\n"x"\r\n',
    {
      labelled: 0,
      problems: [
        'unreadable line 1',
        'unreadable line 2',
        'unreadable line 3',
        'unreadable line 4',
      ],
    },
  ],
  ['lines in UTF-16', 'a.jsonl', utf16('{"path":"1.png","label":"cat"}\r\n'), { labelled: 1 }],
  [
    'paths that are no text',
    'a.jsonl',
    '{"path":{"a":1},"label":"cat"}\n{"path":["1.png"],"label":"cat"}\n{"path":true,"label":"cat"}\n',
    { labelled: 0, problems: ['unreadable line 1', 'unreadable line 2', 'unreadable line 3'] },
  ],
  // Label Studio
  [
    'a task among tasks that is none',
    'a.json',
    json([chosen([{ value: { choices: ['cat'] } }]), null, 7, { id: 3 }]),
    { labelled: 1, problems: ['unreadable entry 2', 'unreadable entry 3', 'unreadable entry 4'] },
  ],
  [
    'results that are nothing',
    'a.json',
    json([chosen(null), chosen([null, 3, { value: null }]), chosen({ value: 1 })]),
    { labelled: 0, problems: ['unreadable task 1', 'unreadable task 1', 'unreadable task 1'] },
  ],
  [
    'annotations that are nothing',
    'a.json',
    json([
      task({ annotations: null }),
      task({ annotations: [null, 5] }),
      task({ annotations: 'x' }),
    ]),
    { labelled: 0, problems: ['unreadable task 1', 'unreadable task 1', 'unreadable task 1'] },
  ],
  [
    'a picture that is a list',
    'a.json',
    json([
      {
        id: 5,
        data: { image: ['1.png'] },
        annotations: [{ result: [{ value: { choices: ['cat'] } }] }],
      },
    ]),
    { labelled: 0, problems: ['unreadable task 5'] },
  ],
  [
    'an address that cannot be decoded',
    'a.json',
    json([
      {
        id: 6,
        data: { image: '/data/upload/1/%E0%A4%A.png' },
        annotations: [{ result: [{ value: { choices: ['cat'] } }] }],
      },
    ]),
    { labelled: 0, problems: ['missing task 6'] },
  ],
  [
    'choices that are numbers and objects',
    'a.json',
    json([
      chosen([{ value: { choices: [3] } }]),
      { ...chosen([{ value: { choices: [{}] } }]), id: 2 },
    ]),
    { labelled: 1, problems: ['unreadable task 2'] },
  ],
  // FiftyOne
  [
    'places that are none',
    'a.json',
    json({ classes: ['cat'], labels: { a: -1, b: 0.5, c: 1e9, '1': 0 } }),
    {
      labelled: 0,
      problems: [
        'unreadable entry a',
        'unreadable entry b',
        'unreadable entry c',
        'missing entry 1',
      ],
    },
  ],
  [
    'classes by number in an object',
    'a.json',
    json({ classes: { 0: 'cat' }, labels: { '1': 0 } }),
    { labelled: 0 },
  ],
  [
    'labels that are nothing',
    'a.json',
    json({ classes: null, labels: { a: null, b: {}, c: [], d: { label: { x: 1 } } } }),
    {
      labelled: 0,
      problems: [
        'unreadable entry a',
        'unreadable entry b',
        'unreadable entry c',
        'unreadable entry d',
      ],
    },
  ],
  [
    'samples that are nothing',
    'a.json',
    json({ samples: [null, 1, {}, { filepath: 3, ground_truth: { _cls: 'Classification' } }] }),
    { labelled: 0 },
  ],
  // COCO
  [
    'images that are nothing',
    'a.json',
    json({
      images: [null, 1, {}, { id: 1, file_name: '1.png' }],
      annotations: [null, {}, { image_id: 1, category_id: 9 }, { image_id: 77, category_id: 5 }],
      categories: [null, { id: 5 }],
    }),
    { labelled: 0 },
  ],
  [
    'no annotations',
    'a.json',
    json({ images: [{ id: 1, file_name: '1.png' }], annotations: null, categories: null }),
    /none of a Label Studio export/,
  ],
  // Archives
  [
    'an archive that is cut off',
    'a.zip',
    zip([{ name: 'a/1.png', bytes: Buffer.from('x'.repeat(200)) }]).subarray(0, 60),
    /./,
  ],
  ['an archive of nothing', 'a.zip', zip([]), /FILE holds neither|FILE/],
  [
    'a Teachable Machine project without pictures',
    'a.tm',
    zip([{ name: 'manifest.json', bytes: Buffer.from('{"type":"image"}') }]),
    /FILE holds neither|FILE/,
  ],
  [
    'a Teachable Machine project with damaged pictures',
    'a.tm',
    zip([
      { name: 'manifest.json', bytes: Buffer.from('{') },
      { name: `${'x'.repeat(150)}-!-0.png`, bytes: Buffer.from('x') },
      { name: '-!-0.png', bytes: Buffer.from('x') },
    ]),
    /FILE holds neither/,
  ],
];

describe('an odd file of labels', () => {
  it('gives a report, or one sentence that names it', async () => {
    const { studio } = await studioWithProject();
    const pictures = await temporaryFolder();
    for (const [seed, picture] of ['1.png', '2.png'].entries())
      await noise(16, 16, seed).png().toFile(join(pictures, picture));
    await importAll(studio, [pictures]);
    for (const [what, name, content, wanted] of cases) {
      const outcome = await outcomeOf(studio, await temporaryFolder(), name, content);
      if (wanted instanceof RegExp) expect.soft(outcome, what).toMatch(wanted);
      else expect.soft(outcome, what).toMatchObject(wanted);
    }
  });
});

describe('an odd folder of labels', () => {
  const picture = async (path: string, seed: number) => {
    await mkdir(dirname(path), { recursive: true });
    await noise(16, 16, seed).png().toFile(path);
  };

  it('whose file of labels is a folder, or leads nowhere, is refused by its name', async () => {
    const { studio } = await studioWithProject();
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'labels.json'));
    await expect(studio.call('labels.import', { path: folder })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(join(folder, 'labels.json')),
    });
    const other = await temporaryFolder();
    await symlink(join(other, 'gone'), join(other, 'labels.csv'));
    await expect(studio.call('labels.import', { path: other })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(join(other, 'labels.csv')),
    });
  });

  it('of Lobe with unlabelled, damaged and strangely named pictures is taken as far as it goes', async () => {
    const { studio } = await studioWithProject();
    const folder = await temporaryFolder();
    await picture(join(folder, 'Cup', '1.png'), 1);
    await picture(join(folder, '_Unlabeled', '2.png'), 2);
    await picture(join(folder, 'x'.repeat(120), '3.png'), 3);
    await picture(join(folder, 'Cafe\u0301 ', '4.png'), 4);
    await writeFile(join(folder, 'Cup', 'damaged.png'), 'no picture');
    await writeFile(join(folder, 'Cup', 'signature.json'), '{"doc_id":1}');
    const report = await studio.call('labels.import', { path: folder });
    expect(report).toMatchObject({ labelled: 2, labels: { Cup: 1, 'Caf\u00e9': 1 } });
    expect(report.problems.map(({ kind }) => kind).toSorted()).toEqual([
      'unreadable',
      'unreadable',
    ]);
  });
});
