import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, open, stat, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ahead } from '../../src-main/engine/features/ahead.ts';
import { FeatureCache } from '../../src-main/engine/features/cache.ts';
import { openFeatures } from '../../src-main/engine/features/features.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const floats = 5;
const key = { weights: 'w', cut: 'features' };
const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const featuresOf = (n: number) => Float32Array.from({ length: floats }, (_, i) => n + i / 8);
const read = (cache: FeatureCache, sha256: string) => {
  const into = new Float32Array(floats);
  cache.read(sha256, into, 0);
  return into;
};

/** A cache with pictures a, b, c in it, closed again. */
async function filled(): Promise<{ folder: string; file: string }> {
  const folder = await temporaryFolder();
  const cache = new FeatureCache(folder, key, floats);
  cache.append([sha('a'), sha('b')], Float32Array.of(...featuresOf(1), ...featuresOf(2)));
  cache.append([sha('c')], featuresOf(3));
  cache.close();
  return { folder, file: cache.file };
}

function reopened(folder: string): FeatureCache {
  return new FeatureCache(folder, key, floats);
}

describe('the feature cache', () => {
  it('gives back what was written, also after it was closed', async () => {
    const { folder } = await filled();
    const cache = reopened(folder);
    for (const [i, name] of ['a', 'b', 'c'].entries()) {
      expect(cache.holds(sha(name))).toBe(true);
      expect(read(cache, sha(name))).toEqual(featuresOf(i + 1));
    }
    expect(cache.holds(sha('d'))).toBe(false);
    expect(() => read(cache, sha('d'))).toThrow();
    cache.close();
  });

  it('keeps apart what was computed in different ways', async () => {
    const { folder, file } = await filled();
    const other = new FeatureCache(folder, { ...key, cut: 'block1' }, floats);
    expect(other.file).not.toBe(file);
    expect(other.holds(sha('a'))).toBe(false);
    other.close();
  });

  it('drops a torn tail, of any length, and goes on after it', async () => {
    const { folder, file } = await filled();
    const { size } = await stat(file);
    for (const lost of [1, 19, 55]) {
      await truncate(file, size - lost);
      const cache = reopened(folder);
      expect(cache.holds(sha('b'))).toBe(true);
      expect(cache.holds(sha('c'))).toBe(false);
      cache.append([sha('c')], featuresOf(3));
      expect(read(cache, sha('c'))).toEqual(featuresOf(3));
      cache.close();
      expect((await stat(file)).size).toBe(size);
    }
  });

  it('takes a record with a wrong checksum for missing, and the one written after it for good', async () => {
    const { folder, file } = await filled();
    const { size } = await stat(file);
    const handle = await open(file, 'r+');
    await handle.write(Buffer.of(0xff), 0, 1, size - 2);
    await handle.close();
    const cache = reopened(folder);
    expect(cache.holds(sha('c'))).toBe(false);
    expect(cache.holds(sha('b'))).toBe(true);
    cache.append([sha('c')], featuresOf(3));
    cache.close();
    const again = reopened(folder);
    expect(again.holds(sha('c'))).toBe(true);
    expect(read(again, sha('c'))).toEqual(featuresOf(3));
    again.close();
  });

  it('is not misled by a whole record of zeros, as a power failure leaves it', async () => {
    const { folder, file } = await filled();
    await appendFile(file, Buffer.alloc(36 + 4 * floats));
    const cache = reopened(folder);
    expect(cache.holds('0'.repeat(64))).toBe(false);
    expect(cache.holds(sha('c'))).toBe(true);
    cache.close();
  });

  it('starts anew when the file is another thing', async () => {
    const { folder, file } = await filled();
    await writeFile(file, 'not features');
    const cache = reopened(folder);
    expect(cache.holds(sha('a'))).toBe(false);
    cache.append([sha('a')], featuresOf(7));
    expect(read(cache, sha('a'))).toEqual(featuresOf(7));
    cache.close();
  });

  it('says so when its folder cannot be written', async () => {
    const folder = await temporaryFolder();
    await writeFile(`${folder}/taken`, '');
    expect(() => new FeatureCache(`${folder}/taken`, key, floats)).toThrow(/cannot be stored in/);
    expect(existsSync(`${folder}/taken`)).toBe(true);
  });
});

describe('features', () => {
  it('are the same from memory and from the cache', async () => {
    const { folder } = await filled();
    const cache = reopened(folder);
    const examples = ['a', 'b', 'c'].map((name, i) => ({
      imageId: i + 1,
      sha256: sha(name),
      path: name,
      label: 0,
      split: 'train' as const,
    }));
    const [memory, disk] = [2 ** 20, 0].map((limit) =>
      openFeatures([cache], examples, [floats], 0, limit),
    );
    const expected = Float32Array.of(...featuresOf(3), ...featuresOf(1));
    expect(memory!.gather([2, 0])).toEqual(expected);
    expect(disk!.gather([2, 0])).toEqual(expected);
    cache.close();
  });
});

describe('ahead', () => {
  it('keeps the order, does several at a time, and never more than the limit', async () => {
    let begun = 0;
    let taken = 0;
    let most = 0;
    const items = Array.from({ length: 20 }, (_, i) => i);
    const seen: number[] = [];
    for await (const item of ahead(items, 4, async (i) => {
      begun++;
      most = Math.max(most, begun - taken);
      await new Promise((resolve) => setTimeout(resolve, i % 3));
      return i;
    })) {
      seen.push(item);
      taken++;
    }
    expect(seen).toEqual(items);
    expect(most).toBe(4);
  });

  it('throws a failure when its turn comes', async () => {
    const seen: number[] = [];
    const run = async () => {
      for await (const item of ahead([0, 1, 2], 3, async (i) => {
        if (i === 1) throw new Error('broken');
        return i;
      })) {
        seen.push(item);
      }
    };
    await expect(run()).rejects.toThrow('broken');
    expect(seen).toEqual([0]);
  });
});
