/** A picture as a network's input. */
import { open } from './decode.ts';
import { pictureError } from './format.ts';
import { coveredSquare, startReaders } from './readers.ts';

/** How a picture becomes a network's input: oriented, on white, covering a square, then normalised. */
export interface Preprocessing {
  /** Side of the square, in pixels. */
  readonly size: number;
  /** Per channel (RGB), on values from 0 to 1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/**
 * Reads a picture into 3 x S x S floats (planes R, G, B; rows from the top), each
 * `(value / 255 - mean) / std`.
 *
 * The steps, so that they can be repeated elsewhere:
 * 1. decode the first frame; a JPEG whose shorter side is at least 3, 5 or 9 times S is decoded at 1/2, 1/4
 *    or 1/8 of its size (libjpeg's scaled DCT);
 * 2. turn by the EXIF orientation;
 * 3. colours through the embedded ICC profile to sRGB (CMYK without one: a generic CMYK profile), 16 bits to 8;
 * 4. transparent places on white;
 * 5. scale so that the shorter side is S, aspect ratio kept: down with a box filter to about twice that
 *    size where the picture is that large, then Lanczos with a = 3; up with a bicubic filter;
 * 6. cut out the middle: left = ceil((width - S) / 2), top = ceil((height - S) / 2).
 *
 * Python's pyvips gives the same bytes for RGB pictures without transparency (`wide`: wider than tall once turned):
 *
 *     im = pyvips.Image.thumbnail(path, 10**6 if wide else S, height=S if wide else 10**6, export_profile="srgb")
 *     im = im.crop((im.width - S + 1) // 2, (im.height - S + 1) // 2, S, S)
 *
 * Where many are asked for at once, plain JPEGs are decoded without libvips, to the same bytes (jpeg.ts).
 *
 * Throws a StudioError that names the file when it cannot be decoded to its end.
 */
export async function loadPixels(path: string, form: Preprocessing): Promise<Float32Array> {
  const rgb = await loadRgb(path, form.size);
  return normalise(rgb, form, new Float32Array(rgb.length));
}

/** The same before it is normalised: S * S interleaved 8-bit RGB pixels. */
export async function loadRgb(path: string, size: number): Promise<Uint8Array> {
  waiting++;
  try {
    if (waiting > few) startReaders();
    return (await coveredSquare(path, size)) ?? (await decode(path, size));
  } finally {
    waiting--;
  }
}

/** So many pictures at a time are not worth the start of threads. */
const few = 24;
let waiting = 0;

async function decode(path: string, size: number): Promise<Uint8Array> {
  let rgb: Buffer;
  try {
    rgb = await open(path)
      .flatten({ background: '#ffffff' })
      .resize(size, size, { fit: 'cover', position: 'centre', kernel: 'lanczos3' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer();
  } catch (error) {
    throw await pictureError(path, error);
  }
  const expected = 3 * size * size;
  if (rgb.length !== expected) throw new Error(`expected ${expected} bytes, got ${rgb.length}`);
  return rgb;
}

/** From S * S interleaved 8-bit RGB pixels to three normalised planes, written to `planes`. */
export function normalise(
  rgb: Uint8Array,
  { size, mean, std }: Preprocessing,
  planes: Float32Array,
): Float32Array {
  const area = size * size;
  for (let channel = 0; channel < 3; channel++) {
    const table = new Float32Array(256);
    for (let v = 0; v < 256; v++) table[v] = (v / 255 - mean[channel]!) / std[channel]!;
    const start = channel * area;
    for (let i = 0, from = channel; i < area; i++, from += 3) {
      planes[start + i] = table[rgb[from]!]!;
    }
  }
  return planes;
}
