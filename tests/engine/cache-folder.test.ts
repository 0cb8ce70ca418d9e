import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FeatureCache } from '../../src-main/engine/features/cache.ts';
import {
  calibratedNetworkFile,
  clearCaches,
  listCaches,
  tidyCaches,
} from '../../src-main/engine/features/cache-folder.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const floats = 100;
const names = ['a', 'b', 'c'];
const pictures = new Set(names.map(sha));
const usual = { limit: 1e9, knows: () => true, pictures };

/** A cache of these pictures, last used so many days ago. */
async function filled(folder: string, key: Record<string, unknown>, days = 0, of = names) {
  const cache = new FeatureCache(folder, key, floats);
  cache.append(
    of.map(sha),
    Float32Array.from({ length: floats * of.length }, (_, i) => i),
  );
  cache.close();
  const then = Date.now() / 1000 - 86_400 * days;
  await utimes(cache.file, then, then);
  return cache.file;
}

describe('the folder of caches', () => {
  it('says what is in it', async () => {
    const folder = await temporaryFolder();
    expect(await listCaches(join(folder, 'none'))).toEqual([]);
    const key = { weights: 'w', cut: 'layer3' };
    const path = await filled(folder, key);
    const [file, ...others] = await listCaches(folder);
    expect(others).toEqual([]);
    expect(file).toMatchObject({ path, inUse: false, key, records: { count: 3 } });
    expect(file!.bytes).toBe((await stat(path)).size);
  });

  it('keeps within the limit: what was not used for longest goes, and nothing that is in use', async () => {
    const folder = await temporaryFolder();
    const paths = [];
    for (const [i, days] of [1, 9, 5, 3].entries()) paths.push(await filled(folder, { i }, days));
    const { size } = await stat(paths[0]!);
    const open = new FeatureCache(folder, { i: 1 }, floats);
    await utimes(open.file, 0, 0); // the oldest of all, but open
    await tidyCaches(folder, { ...usual, limit: 2 * size });
    expect(paths.map((path) => existsSync(path))).toEqual([true, true, false, false]);
    open.close();
    await tidyCaches(folder, { ...usual, limit: size });
    expect(paths.map((path) => existsSync(path))).toEqual([true, false, false, false]);
  });

  it('counts opening as use', async () => {
    const folder = await temporaryFolder();
    const [old, newer] = [await filled(folder, { i: 0 }, 9), await filled(folder, { i: 1 }, 5)];
    new FeatureCache(folder, { i: 0 }, floats).close();
    await tidyCaches(folder, { ...usual, limit: (await stat(old)).size });
    expect([old, newer].map((path) => existsSync(path))).toEqual([true, false]);
  });

  it('removes what is of unknown weights, of an older form, or left by a killed process', async () => {
    const folder = await temporaryFolder();
    const kept = await filled(folder, { weights: 'here' });
    await filled(folder, { weights: 'gone' });
    await writeFile(
      join(folder, `${'0'.repeat(32)}.features`),
      'GRAFTFT1 and so on, for long enough',
    );
    await writeFile(join(folder, '.x.features.1.tmp'), 'half');
    await writeFile(join(folder, `x.${2 ** 22 + 1}.open`), '');
    await tidyCaches(folder, { ...usual, knows: ({ weights }) => weights === 'here' });
    expect((await readdir(folder)).map((name) => join(folder, name))).toEqual([kept]);
  });

  it('counts networks in 8 bits, and removes those of unknown weights', async () => {
    const folder = await temporaryFolder();
    const [here, gone] = ['here', 'gone'].map((weights) =>
      calibratedNetworkFile(folder, weights, '0'.repeat(32)),
    ) as [string, string];
    const older = join(folder, `${'0'.repeat(32)}.trunk.onnx`);
    for (const path of [here, gone, older]) await writeFile(path, 'a network');
    const sizes = (await listCaches(folder)).map(({ bytes }) => bytes);
    expect(sizes).toEqual([9, 9, 9]);
    await tidyCaches(folder, { ...usual, knows: ({ weights }) => weights === 'here' });
    expect(await listCaches(folder)).toMatchObject([{ path: here, key: { weights: 'here' } }]);
    await tidyCaches(folder, { ...usual, limit: 8 });
    expect(await readdir(folder)).toEqual([]);
  });

  it('forgets pictures that are not in the project any more, and keeps the others whole', async () => {
    const folder = await temporaryFolder();
    const path = await filled(folder, { i: 0 }, 4);
    const { size, mtimeMs } = await stat(path);
    await tidyCaches(folder, { ...usual, pictures: new Set([sha('a'), sha('c')]) });
    expect((await stat(path)).size).toBeLessThan(size);
    expect((await stat(path)).mtimeMs).toBeCloseTo(mtimeMs, -2);
    const cache = new FeatureCache(folder, { i: 0 }, floats);
    expect(names.map((name) => cache.holds(sha(name)))).toEqual([true, false, true]);
    const into = new Float32Array(floats);
    cache.read(sha('c'), into, 0);
    expect([...into]).toEqual(Array.from(into, (_, i) => 2 * floats + i));
    cache.close();
    await tidyCaches(folder, { ...usual, pictures: new Set() });
    expect(existsSync(path)).toBe(false);
  });

  it('clears all that is not in use', async () => {
    const folder = await temporaryFolder();
    const path = await filled(folder, { i: 0 });
    const open = new FeatureCache(folder, { i: 1 }, floats);
    await clearCaches(folder);
    expect([path, open.file].map((file) => existsSync(file))).toEqual([false, true]);
    expect(await listCaches(folder)).toMatchObject([{ inUse: true }]);
    open.close();
    await clearCaches(folder);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is whole after a kill in the middle of tidying', async () => {
    const folder = await temporaryFolder();
    const many = Array.from({ length: 20_000 }, (_, i) => `p${i}`);
    const path = await filled(folder, { i: 0 }, 0, many);
    const kept = many.filter((_, i) => i % 2 === 0);
    const module = new URL('../../src-main/engine/features/cache-folder.ts', import.meta.url).href;
    const child = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { tidyCaches } from ${JSON.stringify(module)};
       import { createHash } from 'node:crypto';
       const sha = (text) => createHash('sha256').update(text).digest('hex');
       const pictures = new Set(Array.from({ length: 10_000 }, (_, i) => sha('p' + 2 * i)));
       await tidyCaches(${JSON.stringify(folder)}, { limit: 1e9, knows: () => true, pictures });`,
    ]);
    const ended = once(child, 'exit');
    const hasTemporary = async () => (await readdir(folder)).some((name) => name.endsWith('.tmp'));
    while (child.exitCode === null && !(await hasTemporary()));
    child.kill('SIGKILL');
    await ended;
    expect(await hasTemporary()).toBe(true);

    const holds = (of: readonly string[]) => {
      const cache = new FeatureCache(folder, { i: 0 }, floats);
      const found = of.filter((name) => cache.holds(sha(name))).length;
      cache.close();
      return found;
    };
    expect(holds(many)).toBe(many.length);
    await tidyCaches(folder, { ...usual, pictures: new Set(kept.map(sha)) });
    expect(holds(many)).toBe(kept.length);
    expect(await readdir(folder)).toEqual([path.slice(folder.length + 1)]);
  });
});
