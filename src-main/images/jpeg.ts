/**
 * Plain JPEGs in half the time that libvips takes for them, and to the same bytes: libjpeg-turbo and libvips' way of
 * making pictures smaller, as one WebAssembly module that jpeg/build.sh makes. It works where it is called, without
 * other threads, and leaves to libvips whatever it is not sure of. And small JPEGs, for which a call of libvips costs
 * more than the JPEG.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resources } from '../programs.ts';
import type { RgbPixels } from './placeholder.ts';
import { plainJpeg, type Size } from './plain-jpeg.ts';

/** What sharp calls so: all of the picture within a square, or its middle, which covers the square. */
export type Fit = 'inside' | 'cover';

export interface ReducedJpeg extends RgbPixels {
  /** Of the picture in the file. */
  readonly whole: Size;
}

/** From here on libvips decodes at half the size or less, which is as fast. */
const mostShrink = 3;

/**
 * A JPEG made smaller, as `open(file).resize(side, side, { fit, kernel: 'lanczos3' })` gives it, byte for byte.
 * Null when it is of another kind, damaged in any way, not larger than the square, or three times as large: then
 * that is the way.
 */
export function reduceJpeg(file: Buffer, side: number, fit: Fit): ReducedJpeg | null {
  const whole = plainJpeg(file);
  if (!whole) return null;
  const { width, height } = whole;
  const [narrow, wide] = [Math.min(width, height) / side, Math.max(width, height) / side];
  const shrink = fit === 'cover' ? narrow : wide;
  if (shrink <= 1 || shrink >= mostShrink) return null;
  const reduced = (length: number) => Math.floor(length / (1 / (1 / shrink)) + 0.5);
  const part =
    fit === 'cover'
      ? { width: side, height: side }
      : { width: reduced(width), height: reduced(height) };
  const left = Math.ceil((reduced(width) - part.width) / 2);
  const top = Math.ceil((reduced(height) - part.height) / 2);

  const codec = instance();
  try {
    const address = put(codec, file);
    const pixels = codec.reduced(
      ...([address, file.length, width, height] as const),
      ...([shrink, left, top, part.width, part.height] as const),
    );
    codec.release(address);
    return { ...part, data: take(codec, pixels, 3 * part.width * part.height), whole };
  } catch {
    // It stopped in the middle of its work.
    running = undefined;
    return null;
  }
}

/**
 * The JPEG of a picture, with colours at half the size.
 *
 * @param quality from 1 to 100, as libjpeg has it
 */
export function encodeJpeg({ width, height, data }: RgbPixels, quality: number): Uint8Array {
  const codec = instance();
  const pixels = put(codec, data);
  const length = codec.allocate(4);
  const file = codec.compressed(pixels, width, height, quality, length);
  const bytes = new DataView(codec.memory.buffer).getUint32(length, true);
  codec.release(length);
  codec.release(pixels);
  return take(codec, file, bytes);
}

function put({ allocate, memory }: Codec, bytes: Uint8Array): number {
  const address = allocate(bytes.length);
  new Uint8Array(memory.buffer, address, bytes.length).set(bytes);
  return address;
}

function take({ release, memory }: Codec, address: number, length: number): Uint8Array {
  const bytes = new Uint8Array(memory.buffer, address, length).slice();
  release(address);
  return bytes;
}

/** What jpeg/codec.c exports. */
interface Codec {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): number;
  release(address: number): void;
  reduced(
    ...of: readonly [
      ...[file: number, bytes: number, width: number, height: number],
      ...[shrink: number, left: number, top: number, partWidth: number, partHeight: number],
    ]
  ): number;
  compressed(
    ...of: readonly [pixels: number, width: number, height: number, quality: number, bytes: number]
  ): number;
}

let compiled: WebAssembly.Module | undefined;
let running: Codec | undefined;

function instance(): Codec {
  compiled ??= new WebAssembly.Module(readFileSync(join(resources, 'jpeg.wasm')));
  running ??= new WebAssembly.Instance(compiled, { codec: { fail } }).exports as unknown as Codec;
  return running;
}

function fail(code: number): never {
  throw new Error(`libjpeg's message ${code}`);
}
