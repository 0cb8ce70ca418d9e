/**
 * Safetensors: 8 bytes of header length (little endian), a JSON header, then the tensors' bytes.
 * Format: https://github.com/huggingface/safetensors#format
 */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { StudioError } from '../../../src-shared/errors.ts';
import type { Tensor } from '../graph/graph.ts';
import { isLittleEndianMachine, readElements, type StoredType, storedTypes } from './elements.ts';

export interface SafetensorsEntry {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** First byte and the one after the last, counted from the end of the header. */
  readonly offsets: readonly [number, number];
}

export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the tensors' bytes begin in the file. */
  readonly dataStart: number;
}

/** The reference implementation's own limit: no honest header comes near it. */
const maxHeaderBytes = 100_000_000;

/**
 * Reads and checks the header alone: every shape fits its bytes, and the tensors fill the rest of the
 * file without a gap or an overlap. Throws a StudioError that names what is wrong.
 */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  const file = await open(path, 'r');
  try {
    return await headerOf(file, basename(path));
  } finally {
    await file.close();
  }
}

/** All tensors (16-bit floats as float32) and the metadata, checked as `readSafetensorsHeader` does. */
export async function readSafetensors(path: string): Promise<{
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Of the tensors' bytes, as `writeSafetensors` gives it. */
  readonly sha256: string;
}> {
  const file = await open(path, 'r');
  try {
    const header = await headerOf(file, basename(path));
    const length = Math.max(0, ...[...header.entries.values()].map(({ offsets }) => offsets[1]));
    const bytes = new Uint8Array(length);
    await readFully(file, bytes, header.dataStart, basename(path));
    const tensors = new Map<string, Tensor>();
    for (const [name, { dtype, shape, offsets }] of header.entries) {
      tensors.set(name, {
        ...readElements(dtype, bytes.subarray(offsets[0], offsets[1])),
        dims: shape,
      });
    }
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { tensors, metadata: header.metadata, sha256 };
  } finally {
    await file.close();
  }
}

const dtypeOf: Readonly<Partial<Record<Tensor['type'], StoredType>>> = {
  float32: 'F32',
  float64: 'F64',
  float16: 'F16',
  int64: 'I64',
  int32: 'I32',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
};

const bytesOf = ({ data }: Tensor): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/**
 * SHA-256 of the tensors' bytes in the order of the map: what identifies weights, whatever their
 * file's metadata says.
 */
export function hashTensors(tensors: ReadonlyMap<string, Tensor>): string {
  const hash: Hash = createHash('sha256');
  for (const tensor of tensors.values()) hash.update(bytesOf(tensor));
  return hash.digest('hex');
}

/**
 * Writes all of it; a file that is to be there whole or not at all is written through replaceFile. The
 * header is padded with spaces so that the data lie on an 8-byte boundary.
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  if (!isLittleEndianMachine) throw new StudioError('refused', 'Safetensors are little-endian.');
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, tensor] of tensors) {
    const dtype = dtypeOf[tensor.type];
    if (!dtype) throw new Error(`safetensors has no type for ${tensor.type}`);
    const end = offset + tensor.data.byteLength;
    header[name] = { dtype, shape: tensor.dims, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc(-json.length & 7, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const file = await open(path, 'w');
  try {
    await file.writeFile(Buffer.concat([length, padded]));
    for (const tensor of tensors.values()) await file.writeFile(bytesOf(tensor));
  } finally {
    await file.close();
  }
}

async function headerOf(file: FileHandle, name: string): Promise<SafetensorsHeader> {
  const { size } = await file.stat();
  const prefix = Buffer.alloc(8);
  if (size < 8) throw damaged(name, 'it is shorter than its own header');
  await readFully(file, prefix, 0, name);
  const length = prefix.readBigUInt64LE();
  if (length > BigInt(maxHeaderBytes) || length > BigInt(size - 8)) {
    throw damaged(name, `its header claims ${length} bytes`);
  }
  const json = Buffer.alloc(Number(length));
  await readFully(file, json, 8, name);
  const dataStart = 8 + json.length;
  return { ...parseHeader(json, size - dataStart, name), dataStart };
}

function parseHeader(
  json: Buffer,
  dataBytes: number,
  name: string,
): Omit<SafetensorsHeader, 'dataStart'> {
  const header = parseJson(json, name);
  const entries = new Map<string, SafetensorsEntry>();
  let metadata: Readonly<Record<string, string>> = {};
  for (const [key, value] of Object.entries(header)) {
    if (key === '__metadata__') {
      if (!isStringRecord(value)) throw damaged(name, 'its metadata are not text');
      metadata = value;
    } else entries.set(key, parseEntry(key, value, name));
  }
  let end = 0;
  for (const [key, { offsets }] of [...entries].sort(byOffset)) {
    if (offsets[0] !== end)
      throw damaged(name, `${key} does not begin where the data before it end`);
    end = offsets[1];
  }
  if (end !== dataBytes) {
    throw damaged(name, `its tensors need ${end} bytes and it holds ${dataBytes}`);
  }
  return { entries, metadata };
}

type Entry = readonly [string, SafetensorsEntry];
const byOffset = ([, a]: Entry, [, b]: Entry) =>
  a.offsets[0] - b.offsets[0] || a.offsets[1] - b.offsets[1];

function parseJson(json: Buffer, name: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (error) {
    throw damaged(name, 'its header is not JSON', error);
  }
  if (!isRecord(value)) throw damaged(name, 'its header is not a JSON object');
  return value;
}

function parseEntry(key: string, value: unknown, name: string): SafetensorsEntry {
  if (!isRecord(value)) throw damaged(name, `${key} is not described`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(storedTypes, dtype)) {
    throw new StudioError('refused', `${name} cannot be used: ${key} has the type ${dtype}.`);
  }
  if (!isSizes(shape)) throw damaged(name, `the shape of ${key} makes no sense`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw damaged(name, `the place of ${key} makes no sense`);
  }
  const [from, to] = offsets as [number, number];
  const type = dtype as StoredType;
  const bytes = shape.reduce((product, size) => product * size, storedTypes[type].bytes);
  if (to - from !== bytes) {
    throw damaged(name, `${key} is ${shape.join('x')} ${dtype} but has ${to - from} bytes`);
  }
  return { dtype: type, shape, offsets: [from, to] };
}

async function readFully(file: FileHandle, into: Uint8Array, at: number, name: string) {
  // One read call may give less than asked for, and never more than 2 GiB.
  for (let done = 0; done < into.length; ) {
    const length = Math.min(into.length - done, 1 << 30);
    const { bytesRead } = await file.read(into, done, length, at + done);
    if (bytesRead === 0) throw damaged(name, 'it ends too early');
    done += bytesRead;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isStringRecord = (value: unknown): value is Record<string, string> =>
  isRecord(value) && Object.values(value).every((item) => typeof item === 'string');
const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);

const damaged = (name: string, why: string, cause?: unknown): StudioError =>
  new StudioError('refused', `${name} is no whole safetensors file: ${why}.`, { cause });
