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
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < side; c++) {
      across[y * side + c] = mean(
        (c * width) / side,
        ((c + 1) * width) / side,
        width,
        (x) => grey[y * width + x]!,
      );
    }
  }
  const cells = new Uint8Array(side * side);
  for (let r = 0; r < side; r++) {
    for (let c = 0; c < side; c++) {
      const value = mean(
        (r * height) / side,
        ((r + 1) * height) / side,
        height,
        (y) => across[y * side + c]!,
      );
      cells[r * side + c] = Math.round(value);
    }
  }
  return cells;
}

/** Mean of a stepwise function between two places. */
function mean(from: number, to: number, length: number, at: (index: number) => number): number {
  let sum = 0;
  for (let i = Math.floor(from); i < Math.min(length, to); i++) {
    sum += at(i) * (Math.min(i + 1, to) - Math.max(i, from));
  }
  return sum / (to - from);
}
