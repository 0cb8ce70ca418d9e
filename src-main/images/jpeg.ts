/**
 * Plain JPEGs in half the time that libvips takes for them, and to the same bytes: libjpeg-turbo and libvips' way of
 * making pictures smaller, as one WebAssembly module that jpeg/build.sh makes. It works where it is called, without
 * other threads, and leaves to libvips whatever it is not sure of.
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

  const { memory, allocate, release, reduced: read } = instance();
  try {
    const address = allocate(file.length);
    new Uint8Array(memory.buffer, address, file.length).set(file);
    const pixels = read(
      ...([address, file.length, width, height] as const),
      ...([shrink, left, top, part.width, part.height] as const),
    );
    const data = new Uint8Array(memory.buffer, pixels, 3 * part.width * part.height).slice();
    release(pixels);
    release(address);
    return { ...part, data, whole };
  } catch {
    // It stopped in the middle of its work.
    running = undefined;
    return null;
  }
}

/** What jpeg/reader.c exports. */
interface Reader {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): number;
  release(address: number): void;
  reduced(
    ...of: readonly [
      ...[file: number, bytes: number, width: number, height: number],
      ...[shrink: number, left: number, top: number, partWidth: number, partHeight: number],
    ]
  ): number;
}

let compiled: WebAssembly.Module | undefined;
let running: Reader | undefined;

function instance(): Reader {
  compiled ??= new WebAssembly.Module(readFileSync(join(resources, 'jpeg.wasm')));
  running ??= new WebAssembly.Instance(compiled, { reader: { fail } }).exports as unknown as Reader;
  return running;
}

function fail(code: number): never {
  throw new Error(`libjpeg's message ${code}`);
}
