/**
 * Features on disk: one append-only file for each way of computing them.
 *
 *     header   8 bytes  "GRAFTFT2"
 *              4 bytes  floats in a record (uint32)
 *              4 bytes  length of the key (uint32)
 *                       the key: JSON that says what the features were computed with
 *     record  32 bytes  SHA-256 of the picture's file
 *              4 bytes  CRC-32 of that hash and of the floats (uint32)
 *              4 bytes  for each float (float32)
 *
 * All little-endian. Records have one size, so the file is its own index: a kill while writing leaves a
 * part of a record at the end, which is cut off, or a whole one with a wrong checksum, which counts as
 * missing. When a picture comes twice, the later record holds.
 *
 * The file's time of change says when it was last written or opened. Files next to it, `NAME.PID.open`, say
 * which processes use it; cache-folder.ts heeds both.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  futimesSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { StudioError } from '../../../src-shared/errors.ts';

export const magic = Buffer.from('GRAFTFT2', 'latin1');
export const hashBytes = 32;
export const headBytes = hashBytes + 4;
export const extension = '.features';

/** Everything that features depend on besides the picture; any JSON. */
export type FeatureKey = Readonly<Record<string, unknown>>;

/** Calls are synchronous: the records of a batch lie in the page cache far more often than not. */
export class FeatureCache {
  readonly file: string;
  /** Floats in one picture's features. */
  readonly floats: number;
  readonly #descriptor: number;
  readonly #header: Buffer;
  readonly #recordBytes: number;
  /** Position of the record of each picture. */
  readonly #index: Map<string, number>;
  #end: number;

  /**
   * Opens or makes the file for `key` in `folder`.
   *
   * @throws StudioError when the folder cannot be written
   */
  constructor(folder: string, key: FeatureKey, floats: number) {
    const text = JSON.stringify(key);
    const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
    this.file = join(folder, name + extension);
    this.floats = floats;
    this.#header = headerOf(text, floats);
    this.#recordBytes = headBytes + 4 * floats;
    try {
      mkdirSync(folder, { recursive: true });
      markOpen(this.file);
    } catch (error) {
      throw cacheError(this.file, error);
    }
    try {
      this.#descriptor = openSync(this.file, constants.O_RDWR | constants.O_CREAT, 0o644);
      this.#repair();
      futimesSync(this.#descriptor, new Date(), new Date());
    } catch (error) {
      unmarkOpen(this.file);
      throw cacheError(this.file, error);
    }
    this.#end = fstatSync(this.#descriptor).size;
    this.#index = this.#scan();
  }

  /** Is there a record of this picture, and is it whole? One that is not is forgotten. */
  holds(sha256: string): boolean {
    const position = this.#index.get(sha256);
    if (position === undefined) return false;
    const record = Buffer.allocUnsafe(this.#recordBytes);
    const whole =
      readSync(this.#descriptor, record, 0, record.length, position) === record.length &&
      record.readUInt32LE(hashBytes) === checksum(record);
    if (!whole) this.#index.delete(sha256);
    return whole;
  }

  /** Writes the records of a batch: `features` holds `floats` numbers for each picture in turn. */
  append(sha256s: readonly string[], features: Float32Array): void {
    const records = Buffer.allocUnsafe(sha256s.length * this.#recordBytes);
    const data = Buffer.from(features.buffer, features.byteOffset, features.byteLength);
    for (const [i, sha256] of sha256s.entries()) {
      const record = records.subarray(i * this.#recordBytes, (i + 1) * this.#recordBytes);
      record.write(sha256, 0, 'hex');
      data.copy(record, headBytes, i * 4 * this.floats, (i + 1) * 4 * this.floats);
      record.writeUInt32LE(checksum(record), hashBytes);
    }
    try {
      writeWhole(this.#descriptor, records, this.#end);
    } catch (error) {
      throw cacheError(this.file, error);
    }
    for (const [i, sha256] of sha256s.entries()) {
      this.#index.set(sha256, this.#end + i * this.#recordBytes);
    }
    this.#end += records.length;
  }

  /** Copies the features of a picture that the cache holds to `into`, from element `offset` on. */
  read(sha256: string, into: Float32Array, offset: number): void {
    const position = this.#index.get(sha256);
    if (position === undefined) throw new Error(`no features of ${sha256}`);
    const bytes = 4 * this.floats;
    const target = new Uint8Array(into.buffer, into.byteOffset + 4 * offset, bytes);
    if (readSync(this.#descriptor, target, 0, bytes, position + headBytes) !== bytes) {
      throw new StudioError('refused', `${this.file} was cut short while in use; train again.`);
    }
  }

  /** Finds the records that another process has written since. Only one may write at a time. */
  catchUp(): void {
    const from = this.#end;
    this.#end = fstatSync(this.#descriptor).size;
    for (const [sha256, position] of this.#scan(from)) this.#index.set(sha256, position);
  }

  close(): void {
    closeSync(this.#descriptor);
    unmarkOpen(this.file);
  }

  /** Leaves a file with a right header and whole records. */
  #repair(): void {
    const header = this.#header;
    const found = Buffer.alloc(header.length);
    readSync(this.#descriptor, found, 0, header.length, 0);
    if (!found.equals(header)) {
      ftruncateSync(this.#descriptor, 0);
      writeWhole(this.#descriptor, header, 0);
      return;
    }
    const { size } = fstatSync(this.#descriptor);
    const torn = (size - header.length) % this.#recordBytes;
    if (torn > 0) ftruncateSync(this.#descriptor, size - torn);
  }

  #scan(from = this.#header.length): Map<string, number> {
    const index = new Map<string, number>();
    const hash = Buffer.alloc(hashBytes);
    for (let position = from; position < this.#end; position += this.#recordBytes) {
      readSync(this.#descriptor, hash, 0, hashBytes, position);
      index.set(hash.toString('hex'), position);
    }
    return index;
  }
}

function headerOf(key: string, floats: number): Buffer {
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32LE(floats, 0);
  numbers.writeUInt32LE(Buffer.byteLength(key), 4);
  return Buffer.concat([magic, numbers, Buffer.from(key)]);
}

/** How often this process has each file open. */
const openHere = new Map<string, number>();
const markOf = (file: string) => `${file.slice(0, -extension.length)}.${process.pid}.open`;

function markOpen(file: string): void {
  const times = openHere.get(file) ?? 0;
  if (times === 0) writeFileSync(markOf(file), '');
  openHere.set(file, times + 1);
}

function unmarkOpen(file: string): void {
  const times = (openHere.get(file) ?? 1) - 1;
  openHere.set(file, times);
  if (times === 0) rmSync(markOf(file), { force: true });
}

function checksum(record: Buffer): number {
  return crc32(record.subarray(headBytes), crc32(record.subarray(0, hashBytes)));
}

/** One write may take less than it is given, when the disk is nearly full. */
function writeWhole(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
  }
}

function cacheError(file: string, error: unknown): StudioError {
  const { code, message } = error as NodeJS.ErrnoException;
  const said =
    code === 'ENOSPC'
      ? `The disk is full: there is no room for the features in ${file}. Free some space and train again.`
      : `The features cannot be stored in ${file}: ${message}. Check that the project's folder can be written.`;
  return new StudioError('refused', said, { cause: error });
}
