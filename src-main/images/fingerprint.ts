/** A picture in 1024 bytes: enough to recognise copies of it that were saved, scaled or cropped anew. */
import type { RgbPixels } from './placeholder.ts';

/** Rows and columns of a fingerprint; one byte of brightness for each of its cells, from the top left. */
export const fingerprintSide = 32;
export const fingerprintBytes = fingerprintSide ** 2;

/**
 * The mean brightness (Rec. 601) of each of 32 x 32 equal parts of a picture, whatever its shape. Cells whose
 * borders lie within a pixel take their share of it, so that the size of the picture makes no difference.
 */
export function fingerprintOf({ width, height, data }: RgbPixels): Uint8Array {
  const side = fingerprintSide;
  const grey = new Float32Array(width * height);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) {
    grey[i] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  }
  const across = new Float32Array(side * height);
  for (let c = 0; c < side; c++) {
    const part = partOf(c, width);
    for (let y = 0; y < height; y++) across[y * side + c] = mean(grey, y * width, 1, part);
  }
  const cells = new Uint8Array(side * side);
  for (let r = 0; r < side; r++) {
    const part = partOf(r, height);
    for (let c = 0; c < side; c++) cells[r * side + c] = Math.round(mean(across, c, side, part));
  }
  return cells;
}

/** One of the equal parts of a length: the pixels that it touches, and how much of the first and last it takes. */
interface Part {
  readonly first: number;
  readonly last: number;
  readonly ofFirst: number;
  readonly ofLast: number;
  readonly length: number;
}

function partOf(index: number, length: number): Part {
  const [from, to] = [(index * length) / fingerprintSide, ((index + 1) * length) / fingerprintSide];
  const first = Math.floor(from);
  const last = Math.min(length, Math.ceil(to)) - 1;
  return {
    first,
    last,
    ofFirst: Math.min(first + 1, to) - from,
    ofLast: to - Math.max(last, from),
    length: to - from,
  };
}

/** Mean of a part of a row or column, whose pixels lie `step` apart from the place `start` on. */
function mean(values: Float32Array, start: number, step: number, part: Part): number {
  const { first, last, ofFirst, ofLast, length } = part;
  let sum = values[start + first * step]! * ofFirst;
  for (let i = first + 1; i < last; i++) sum += values[start + i * step]!;
  if (last > first) sum += values[start + last * step]! * ofLast;
  return sum / length;
}
