/** What the model helps with, as scripts ask for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli } from '../helpers/cli.ts';
import { writeShapes } from '../helpers/shapes.ts';

let folder: string;
let project: string;

async function json(...args: string[]) {
  const { code, stdout, stderr } = await cli([...args, '--json'], { cwd: folder });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

const oldHome = process.env.GRAFT_HOME;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-test-'));
  project = join(folder, 'project');
  process.env.GRAFT_HOME = join(folder, 'home');
  await writeShapes(join(folder, 'known'), 8);
  await writeShapes(join(folder, 'unknown'), 11);
  await json('init', project);
});

afterAll(async () => {
  if (oldHome === undefined) delete process.env.GRAFT_HOME;
  else process.env.GRAFT_HOME = oldHome;
  await rm(folder, { recursive: true, force: true });
});

const shapeOf = (path: string) => /(circle|square|triangle) \d+\.png$/.exec(path)![1]!;

it('says what to label next while nothing has a label, and proposes nothing', async () => {
  await json('import', project, 'unknown');
  expect(await json('suggest', project)).toEqual([]);
  const next: { path: string }[] = await json('next', project, '--count', '4');
  expect(new Set(next.map(({ path }) => path)).size).toBe(4);
});

it('proposes labels with how sure it is, the surest first', async () => {
  await json('import', project, 'known', '--labels', 'folders');
  const rows: { path: string; label: string; confidence: number }[] = await json(
    'suggest',
    project,
  );
  expect(rows.length).toBeGreaterThan(0);
  const confidences = rows.map(({ confidence }) => confidence);
  expect(confidences).toEqual(confidences.toSorted((a, b) => b - a));
  const right = rows.filter(({ path, label }) => shapeOf(path) === label);
  expect(right.length).toBeGreaterThan(0.7 * rows.length);
});

it('finds pictures like a file, that file first', async () => {
  const file = join('unknown', 'circle', 'circle 9.png');
  const found: { path: string; similarity: number }[] = await json('similar', project, file);
  expect(found).toHaveLength(10);
  expect(found[0]!.path).toBe(join(folder, file));
  expect(found[0]!.similarity).toBeCloseTo(1, 3);
});

it('reviews what is there', async () => {
  const found = await json('review', project);
  expect(Object.keys(found)).toEqual(['labelIssues', 'duplicates', 'outliers']);
  for (const { path, given, suggested, score } of found.labelIssues) {
    expect(path).toMatch(/\.png$/);
    expect(given).not.toBe(suggested);
    expect(score).toBeLessThan(0.5);
  }
});

it('says in one sentence that a file cannot be read', async () => {
  const { code, stderr } = await cli(['similar', project, 'nothing.png'], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^[^\n]*nothing\.png[^\n]*\n$/);
});
