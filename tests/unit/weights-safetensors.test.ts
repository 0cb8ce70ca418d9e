import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  hashTensors,
  readSafetensors,
  readSafetensorsHeader,
  writeSafetensors,
} from '../../src-main/engine/backbones/safetensors.ts';
import type { Tensor } from '../../src-main/engine/graph/graph.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const tensors = new Map<string, Tensor>([
  ['flag', { type: 'bool', dims: [3], data: Uint8Array.of(1, 0, 1) }],
  ['weight', { type: 'float32', dims: [2, 2], data: Float32Array.of(1, -2, 0.5, 1e-40) }],
  ['count', { type: 'int64', dims: [], data: BigInt64Array.of(-5n) }],
  ['none', { type: 'float32', dims: [0, 4], data: new Float32Array(0) }],
]);

/** A file with this header and this many bytes of tensors. */
async function fileWith(header: unknown, bytes: number, length?: bigint): Promise<string> {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(json.length));
  const path = join(await temporaryFolder(), 'made.safetensors');
  const data = Uint8Array.from({ length: bytes }, (_, i) => i);
  await writeFile(path, Buffer.concat([prefix, json, data]));
  return path;
}

it('reads back what it wrote, and its hash from the bytes', async () => {
  const path = join(await temporaryFolder(), 'all.safetensors');
  await writeSafetensors(path, tensors, { maker: 'tést' });
  const read = await readSafetensors(path);
  expect([...read.tensors]).toEqual([...tensors]);
  expect(read.metadata).toEqual({ maker: 'tést' });
  expect(read.sha256).toBe(hashTensors(tensors));
  const header = await readSafetensorsHeader(path);
  expect(header.dataStart % 8).toBe(0);
  expect(header.entries.get('weight')!.shape).toEqual([2, 2]);
});

it('reads 16-bit floats, also where they do not lie on a boundary', async () => {
  const entry = (dtype: string, from: number, to: number) => ({
    dtype,
    shape: [1],
    data_offsets: [from, to],
  });
  // A byte before them puts all the others on odd places.
  const header = { a: entry('U8', 0, 1), h: entry('F16', 1, 3), b: entry('BF16', 3, 5) };
  const path = await fileWith(header, 5);
  const bytes = await readFile(path);
  bytes.writeUInt16LE(0x3e00, bytes.length - 4);
  bytes.writeUInt16LE(0xc060, bytes.length - 2);
  await writeFile(path, bytes);
  const read = (await readSafetensors(path)).tensors;
  expect(read.get('h')).toEqual({ type: 'float32', dims: [1], data: Float32Array.of(1.5) });
  expect(read.get('b')).toEqual({ type: 'float32', dims: [1], data: Float32Array.of(-3.5) });
});

describe('a damaged file is refused', () => {
  const f32 = (shape: unknown, from: unknown, to: unknown) => ({
    dtype: 'F32',
    shape,
    data_offsets: [from, to],
  });

  it.each([
    ['is too long', { a: f32([1], 0, 4) }, 9, 'its tensors need 4 bytes and it holds 9'],
    ['is too short', { a: f32([2], 0, 8) }, 4, 'its tensors need 8 bytes and it holds 4'],
    ['has a gap', { a: f32([1], 4, 8) }, 8, 'a does not begin where'],
    ['overlaps', { a: f32([1], 0, 4), b: f32([1], 0, 4) }, 4, 'b does not begin where'],
    ['has a wrong size', { a: f32([3], 0, 8) }, 8, 'a is 3 F32 but has 8 bytes'],
    ['has a negative size', { a: f32([-1], 0, 4) }, 4, 'the shape of a makes no sense'],
    ['has half an offset', { a: f32([1], 0, 4.5) }, 4, 'the place of a makes no sense'],
    ['describes nothing', { a: null }, 0, 'a is not described'],
    ['has odd metadata', { __metadata__: { a: 1 } }, 0, 'its metadata are not text'],
    ['is a list', [], 0, 'its header is not a JSON object'],
    ['is no JSON', '{"a"', 0, 'its header is not JSON'],
  ])('when it %s', async (_, header, bytes, why) => {
    await expect(readSafetensors(await fileWith(header, bytes))).rejects.toThrow(
      `made.safetensors is no whole safetensors file: ${why}`,
    );
  });

  it('when its header claims more than there is', async () => {
    const path = await fileWith({}, 0, 1n << 62n);
    await expect(readSafetensorsHeader(path)).rejects.toThrow('its header claims');
    await writeFile(path, 'abc');
    await expect(readSafetensorsHeader(path)).rejects.toThrow('shorter than its own header');
  });

  it('when it has a type that the graph does not know', async () => {
    const path = await fileWith({ a: { dtype: 'F8_E4M3', shape: [1], data_offsets: [0, 1] } }, 1);
    await expect(readSafetensors(path)).rejects.toThrow('a has the type F8_E4M3');
  });
});
