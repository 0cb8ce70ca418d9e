/** A real run written down and handed on: `graft report` and `graft export`, here and by way of another studio. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findBrowser } from '../../src-main/studio/report/print.ts';
import { createStudio } from '../../src-main/studio/studio.ts';
import { openWebDoor } from '../../src-main/web/door.ts';
import { cli } from '../helpers/cli.ts';
import { writeShapes } from '../helpers/shapes.ts';

let folder: string;
const oldHome = process.env.GRAFT_HOME;
const run = promisify(execFile);

/** A Python that has what a model's card asks for: `GRAFT_PYTHON`, or the system's. */
async function python(): Promise<string | null> {
  for (const program of [process.env.GRAFT_PYTHON, 'python3', 'python']) {
    if (!program) continue;
    const there = await run(program, ['-c', 'import onnxruntime, PIL, numpy']).catch(() => null);
    if (there) return program;
  }
  return null;
}
const withModules = await python();
if (!withModules)
  console.warn(
    '\n!!! predict.py WAS NOT RUN: no Python with onnxruntime, pillow and numpy is here.\n',
  );

async function json(...args: string[]) {
  const { code, stdout, stderr } = await cli([...args, '--json'], { cwd: folder });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-test-'));
  process.env.GRAFT_HOME = join(folder, 'home');
  await writeShapes(join(folder, 'shapes'), 10);
  await json('init', 'project');
  await json('import', 'project', 'shapes', '--labels', 'folders');
  const { code } = await cli(
    [
      'train',
      'project',
      '--backbone',
      'mobilenet_v2',
      '--recipe',
      'feature-extraction',
      '--epochs',
      '4',
    ],
    { cwd: folder },
  );
  expect(code).toBe(0);
}, 300_000);

afterAll(async () => {
  if (oldHome === undefined) delete process.env.GRAFT_HOME;
  else process.env.GRAFT_HOME = oldHome;
  await rm(folder, { recursive: true, force: true });
});

it('shows in a report where the trained network looks', async () => {
  const { files, notes } = await json('report', 'project', '1', '--out', 'report.html');
  expect(notes).toEqual([]);
  const page = await readFile(files[0].path, 'utf8');
  expect(files[0].path).toBe(join(folder, 'report.html'));
  expect(page).toContain('(Grad-CAM, at block14)');
  expect(page.match(/what speaks for \w+: mostly /g)).toHaveLength(6);
  expect(page).toContain('<th scope="row">onnxruntime</th>');
  expect(page).toContain('--recipe feature-extraction --backbone mobilenet_v2 --epochs 4 --seed 1');
});

it.skipIf(!findBrowser())('prints it to A4 pages', async () => {
  const { files } = await json('report', 'project', '--out', 'printed.pdf');
  const pdf = (await readFile(files[0].path)).toString('latin1');
  expect(pdf.startsWith('%PDF-')).toBe(true);
  expect(pdf.match(/\/Type \/Page\b/g)!.length).toBeGreaterThan(2);
  const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf)!.map(Number);
  expect(width).toBeCloseTo(595, -1);
  expect(height).toBeCloseTo(842, -1);
});

it('refuses another ending, and runs that are not there', async () => {
  const odd = await cli(['report', 'project', '--out', 'report.txt'], { cwd: folder });
  expect(odd.code).toBe(2);
  expect(odd.stderr).toBe(
    'A report is .html or .pdf, not .txt: name it so, or without an ending for both.\n',
  );
  expect((await cli(['report', 'project', '7', '--out', 'a.html'], { cwd: folder })).code).toBe(1);
});

it('exports a model that says the same in Python', async () => {
  const { path } = await json('export', 'project', '1', '--out', 'model');
  const pictures = ['circle', 'square', 'triangle'].map((shape) =>
    join(folder, 'shapes', shape, `${shape} 3.png`),
  );
  const said: { label: string; probability: number }[] = await json(
    'predict',
    'project',
    '1',
    ...pictures,
  );
  expect((await stat(join(path, 'model.onnx'))).size).toBeGreaterThan(1e6);
  if (!withModules) return;
  const { stdout } = await run(withModules, [join(path, 'predict.py'), ...pictures]);
  const lines = stdout
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split('\t'));
  expect(lines.map(([, label]) => label)).toEqual(said.map(({ label }) => label));
  // Another program's way of resizing differs a little.
  for (const [i, [, , probability]] of lines.entries())
    expect(Math.abs(Number(probability) - said[i]!.probability)).toBeLessThan(0.08);
});

it('brings both from a studio on another machine', async () => {
  const studio = createStudio();
  const door = await openWebDoor(studio, { rendererDir: null });
  try {
    await studio.call('project.open', { path: join(folder, 'project') });
    const far = (...args: string[]) => json(...args, '--connect', door.url);
    const { files } = await far('report', '.', '--out', 'far.html');
    expect(files[0].path).toBe(join(folder, 'far.html'));
    expect(await readFile(files[0].path, 'utf8')).toContain('</html>');
    const model = await far('export', '.', '1', '--out', 'far.zip');
    expect(model.path).toBe(join(folder, 'far.zip'));
    expect((await readFile(model.path)).subarray(0, 2).toString()).toBe('PK');
    const { code } = await cli(['export', '.', '1', '--out', 'far', '--connect', door.url], {
      cwd: folder,
    });
    expect(code).toBe(2);
  } finally {
    await door.close();
    await studio.close();
  }
});
