/** `graft advise`, as scripts use it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { advice } from '../../src-shared/advisor/advice.ts';
import { cli } from '../helpers/cli.ts';
import { writeShapes } from '../helpers/shapes.ts';

let folder: string;
let recommendedBefore: string[];
const oldHome = process.env.GRAFT_HOME;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-test-'));
  process.env.GRAFT_HOME = join(folder, 'home');
  await cli(['init', 'project'], { cwd: folder });
});

afterAll(async () => {
  if (oldHome === undefined) delete process.env.GRAFT_HOME;
  else process.env.GRAFT_HOME = oldHome;
  await rm(folder, { recursive: true, force: true });
});

it('says what to label while there are too few to measure', async () => {
  await writeShapes(join(folder, 'few'), 4);
  await cli(['import', 'project', 'few', '--labels', 'folders'], { cwd: folder });
  const { code, stderr } = await cli(['advise', 'project', '--json'], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Label 6 more pictures of \w+, and the advisor can measure them\./);
});

it('measures similarity and amount, and names recipes with their cost', async () => {
  await writeShapes(join(folder, 'more'), 12);
  await cli(['import', 'project', 'more', '--labels', 'folders'], { cwd: folder });
  const { code, stdout } = await cli(
    ['advise', 'project', '--backbone', 'mobilenet_v2', '--json'],
    { cwd: folder },
  );
  expect(code).toBe(0);
  const { backbone, similarity, amount, quadrant, recommended } = advice.parse(JSON.parse(stdout));
  expect(backbone).toBe('mobilenet_v2');
  expect(similarity.low).toBeLessThanOrEqual(similarity.score);
  expect(similarity.high).toBeGreaterThanOrEqual(similarity.score);
  expect(similarity.byBlock.length).toBeGreaterThan(10);
  expect(similarity.byBlock.filter(({ divergence }) => divergence !== null).length).toBeGreaterThan(
    10,
  );
  expect(similarity.parts.head).toBeNull();
  expect(amount.labelled).toBe(Object.values(amount.perClass).reduce((sum, n) => sum + n, 0));
  expect(amount.curve.map(({ fraction }) => fraction)).toEqual([0.1, 0.2, 0.4, 0.8]);
  expect(quadrant).toMatch(/-little$/);
  expect(recommended).toHaveLength(3);
  recommendedBefore = recommended.map(({ recipe }) => recipe);
  for (const { estimatedSeconds, estimatedMemoryBytes } of recommended) {
    expect(estimatedSeconds).toBeGreaterThan(0);
    expect(estimatedMemoryBytes).toBeGreaterThan(1e7);
  }
});

it('says what the recommended recipes would take, on what was measured already', async () => {
  const { code, stdout } = await cli(
    ['train', 'project', '--backbone', 'mobilenet_v2', '--recommended', '--dry-run', '--json'],
    { cwd: folder },
  );
  expect(code).toBe(0);
  const estimates = JSON.parse(stdout) as { recipe: string }[];
  expect(estimates.map(({ recipe }) => recipe)).toEqual(recommendedBefore);
});

it('takes recipes or the recommendation, not both', async () => {
  const { code, stderr } = await cli(
    ['compare', 'project', '--recipes', 'fine-tune-top', '--recommended'],
    { cwd: folder },
  );
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/--recommended.*cannot be used with.*--recipes/);
});
