/** A picture in 48 bytes: shown blurred in its place until its thumbnail has come. */

/** Rows and columns of a placeholder; three bytes (R, G, B) for each of its cells, from the top left. */
export const placeholderSide = 4;
export const placeholderBytes = 3 * placeholderSide ** 2;

/** 8-bit RGB pixels, row by row from the top. */
export interface RgbPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * The mean colour of each of 4 x 4 equal parts of a picture. A part of a picture that is narrower than four
 * pixels has at least one pixel, the nearest.
 */
export function placeholderOf({ width, height, data }: RgbPixels): Uint8Array {
  const result = new Uint8Array(placeholderBytes);
  const span = (part: number, length: number) => {
    const from = Math.floor((part * length) / placeholderSide);
    return { from, to: Math.max(from + 1, Math.floor(((part + 1) * length) / placeholderSide)) };
  };
  let at = 0;
  for (let row = 0; row < placeholderSide; row++) {
    const down = span(row, height);
    for (let column = 0; column < placeholderSide; column++) {
      const across = span(column, width);
      let [red, green, blue] = [0, 0, 0];
      for (let y = down.from; y < down.to; y++) {
        const end = 3 * (y * width + across.to);
        for (let i = 3 * (y * width + across.from); i < end; i += 3) {
          red += data[i]!;
          green += data[i + 1]!;
          blue += data[i + 2]!;
        }
      }
      const count = (down.to - down.from) * (across.to - across.from);
      for (const sum of [red, green, blue]) result[at++] = Math.round(sum / count);
    }
  }
  return result;
}
