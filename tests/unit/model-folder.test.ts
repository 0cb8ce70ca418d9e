/** What is handed on of a trained model: a folder, or a .zip of it. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { writeTree } from '../../src-main/studio/out-tree.ts';
import { createStudio } from '../../src-main/studio/studio.ts';
import type { Studio } from '../../src-shared/contract.ts';
import { fakeEngine } from '../helpers/fake-engine.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll, nextEvent } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

let folder: string;
let studio: Studio;

beforeAll(async () => {
  const engine = fakeEngine();
  folder = await mkdtemp(join(tmpdir(), 'graft-test-'));
  process.env.GRAFT_HOME = join(folder, 'home');
  studio = createStudio({ engine });
  const { path } = await studio.call('project.create', { path: join(folder, 'project') });
  await writeShapes(join(folder, 'shapes'), 10);
  await importAll(studio, [join(folder, 'shapes')], 'folders');
  const { project } = await studio.call('project.current', {});
  const circle = project!.labels.find(({ name }) => name === 'circle')!;
  await studio.call('labels.update', { id: circle.id, name: 'a | b <i>\n---' });
  await studio.call('runs.start', {
    runs: [{ recipe: 'feature-extraction', backbone: 'mobilenet_v2', settings: { seed: 3 } }],
  });
  await until('the run to start', () => engine.started.length === 1);
  const finished = nextEvent(studio, 'run.changed', ({ run }) => run.state === 'finished');
  engine.started[0]!.epoch(0.5);
  engine.started[0]!.finish(0.5);
  await finished;
  await studio.call('runs.unsureBelow', { id: 1, below: 0.5 });
  // The engine of this test writes none.
  await mkdir(join(path, 'runs', '1'), { recursive: true });
  await writeFile(join(path, 'runs', '1', 'model.onnx'), 'the model');
}, 120_000);
afterAll(async () => {
  await studio.close();
  await rm(folder, { recursive: true, force: true });
});

/** The files in an archive, by their names. */
async function unzipped(file: string): Promise<ReadonlyMap<string, string>> {
  const zip = await yauzl.openPromise(file);
  const found = new Map<string, string>();
  for await (const entry of zip.eachEntry()) {
    const stream = await zip.openReadStreamPromise(entry);
    found.set(entry.fileName, await text(stream));
  }
  return found;
}

it('has the model, its card, its labels and a program that uses it', async () => {
  const out = join(folder, 'model');
  const { path, bytes } = await studio.call('runs.export', { id: 1, format: 'folder', out });
  expect(path).toBe(out);
  expect((await readdir(out)).toSorted()).toEqual([
    ...['README.md', 'labels.txt', 'model.onnx', 'predict.py'],
  ]);
  const read = (name: string) => readFile(join(out, name), 'utf8');
  const files = await Promise.all((await readdir(out)).map(read));
  expect(bytes).toBe(files.reduce((sum, each) => sum + Buffer.byteLength(each), 0));
  expect(await read('model.onnx')).toBe('the model');
  expect(await read('labels.txt')).toBe('a | b <i> ---\nsquare\ntriangle\n');
  expect(await read('predict.py')).toContain('SIZE = 224');

  const card = await read('README.md');
  expect(card).toMatch(/^---\nlicense: mit\n/);
  expect(card).toContain('| a \\| b \\<i\\> --- | 6 | 2 | 2 |');
  const { runs } = await studio.call('runs.list', {});
  const { accuracy, low, high } = runs[0]!.test!;
  expect(card).toContain(
    `Right on **${accuracy.toFixed(2)}** (95 % interval ${low.toFixed(2)} to ${high.toFixed(2)})`,
  );
  expect(card).toContain('temperature of 2.00');
  expect(card).toContain('Below **0.50** it is called unsure');
  expect(card).toContain('18 train, 6 validation, 6 test');
  expect(card).toContain('Seed: 3');
  expect(card).toContain('| Their licence | MIT |');
});

it('is the same in a .zip, which replaces one that is there', async () => {
  const out = join(folder, 'model.zip');
  await writeFile(out, 'an older one');
  const { bytes } = await studio.call('runs.export', { id: 1, format: 'folder', out });
  expect(bytes).toBe((await readFile(out)).length);
  const files = await unzipped(out);
  expect([...files.keys()]).toEqual(['model.onnx', 'labels.txt', 'README.md', 'predict.py']);
  expect(files.get('model.onnx')).toBe('the model');
  expect(files.get('labels.txt')).toContain('square');
});

it('is fetched from another machine by the number of a place', async () => {
  const { id, path } = await studio.call('downloads.place', { name: '../my model.zip' });
  expect(path.startsWith(join(folder, 'project', 'downloads'))).toBe(true);
  await expect(studio.download(id)).rejects.toMatchObject({ code: 'not-found' });
  await studio.call('runs.export', { id: 1, format: 'folder', out: path });
  const { type, fileName, bytes, stream } = await studio.download(id);
  expect({ type, fileName }).toEqual({ type: 'application/zip', fileName: '.._my model.zip' });
  const fetched = await buffer(stream as Parameters<typeof buffer>[0]);
  expect(fetched.length).toBe(bytes);
  expect(fetched.equals(await readFile(path))).toBe(true);
  for (let i = 0; i < 8; i++) await studio.call('downloads.place', { name: 'later.zip' });
  await expect(studio.download(id)).rejects.toMatchObject({ code: 'not-found' });
});

it('puts a dataset into a .zip, without links', async () => {
  const out = join(folder, 'shapes.zip');
  const { rows } = await studio.call('labels.export', { format: 'coco', out });
  expect(rows).toBe(30);
  const files = await unzipped(out);
  expect(files.size).toBe(31);
  expect(JSON.parse(files.get('annotations.json')!).images).toHaveLength(30);
  await expect(
    studio.call('labels.export', { format: 'coco', out, files: 'link' }),
  ).rejects.toMatchObject({ code: 'invalid-input' });
});

it('leaves no half of a .zip when a picture cannot be read', async () => {
  const out = join(folder, 'broken.zip');
  const missing = { to: 'a.png', content: { file: join(folder, 'nowhere.png') } };
  await expect(writeTree(out, [missing])).rejects.toMatchObject({ code: 'refused' });
  expect((await readdir(folder)).filter((name) => name.includes('broken'))).toEqual([]);
});
