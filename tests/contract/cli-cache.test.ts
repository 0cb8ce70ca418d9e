/** What `graft cache` shows, limits and removes. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FeatureCache } from '../../src-main/engine/features/cache.ts';
import { backboneFile } from '../../src-main/studio/weight-folder.ts';
import { cli } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { writeShapes } from '../helpers/shapes.ts';

const floats = 100;
/** A header of some bytes, then for each picture its hash, a checksum and the numbers. */
const bytesOf = (pictures: number) => pictures * 4 * floats;

/** A project of three pictures, the features of which are there at two cuts, and of a network that is not. */
async function projectWithFeatures() {
  const folder = await temporaryFolder();
  const env = { GRAFT_HOME: join(folder, 'home') };
  const project = join(folder, 'project');
  const graft = (...args: string[]) => cli(args, { cwd: folder, env });
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await graft(...args, '--json');
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  await writeShapes(join(folder, 'shapes'), 1);
  await json('init', 'project');
  await json('import', 'project', 'shapes', '--labels', 'folders');
  const { sha256: weights } = await backboneFile('mobilenet_v2');
  const keep = (key: { weights: string; cut: string }, pictures: readonly string[]) => {
    const cache = new FeatureCache(join(project, 'features'), key, floats);
    cache.append(pictures, new Float32Array(pictures.length * floats));
    cache.close();
  };
  const hashes = ['a', 'b', 'c'].map((digit) => digit.repeat(64));
  keep({ weights, cut: 'features' }, hashes);
  keep({ weights, cut: 'block10' }, hashes.slice(0, 2));
  keep({ weights: '0'.repeat(64), cut: 'features' }, hashes.slice(0, 1));
  return { project, graft, json };
}

it('shows what is kept, the largest first, and removes all of it', async () => {
  const { project, graft, json } = await projectWithFeatures();
  const state = await json('cache', 'project');
  expect(state.entries).toMatchObject([
    { network: 'MobileNetV2', cut: 'features', pictures: 3, views: 1, inUse: false },
    { network: 'MobileNetV2', cut: 'block10', pictures: 2 },
    { network: null, cut: null, pictures: 1 },
  ]);
  expect(state.bytes).toBeGreaterThan(bytesOf(6));
  expect(state.limitBytes).toBe(1e10);

  const { stdout } = await graft('cache', 'project');
  expect(stdout).toMatch(/^MobileNetV2 +features +3 +1 /m);
  expect(stdout).toMatch(/^left over +– +1 +1 /m);
  expect(stdout).toMatch(/ kB of at most 10\.0 GB\.$/m);

  expect(await json('cache', 'project', '--clear')).toMatchObject({ bytes: 0, entries: [] });
  expect(await readdir(join(project, 'features'))).toEqual([]);
  expect((await graft('cache', 'project')).stdout).toBe('0 bytes of at most 10.0 GB.\n');
});

it('limits it for every project, and says what a size is', async () => {
  const { graft, json } = await projectWithFeatures();
  // All records are of pictures that the project does not have, or of a network that is not here.
  expect(await json('cache', 'project', '--limit', '1.5 GB')).toMatchObject({
    ...{ limitBytes: 1.5e9, bytes: 0, entries: [] },
  });
  await json('init', 'other');
  expect(await json('cache', 'other')).toMatchObject({ limitBytes: 1.5e9 });
  const wrong = await graft('cache', 'project', '--limit', 'much');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('It is a size like 500MB or 10GB.');
});
