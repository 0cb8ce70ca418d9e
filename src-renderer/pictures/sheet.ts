/** Many placeholders as one image, so that a tile shows its part of it by CSS alone. */

/** As the contract says: 4 x 4 RGB. */
const side = 4;
const bytesEach = 3 * side ** 2;
/** One pixel more on each side, the same as its neighbour: what is scaled up softly takes nothing from next door. */
const step = side + 2;
const columns = 50;
const headerBytes = 54;

/** Placeholders, as bytes in a string one after the other, as a BMP file of 50 in a row. */
export function sheetOf(bytes: string): Blob {
  const count = bytes.length / bytesEach;
  const width = columns * step;
  const height = Math.ceil(count / columns) * step;
  const data = new Uint8Array(headerBytes + 3 * width * height);
  const view = new DataView(data.buffer);
  data.set([0x42, 0x4d]); // "BM"
  view.setUint32(2, data.length, true);
  view.setUint32(10, headerBytes, true);
  view.setUint32(14, 40, true); // BITMAPINFOHEADER
  view.setInt32(18, width, true);
  view.setInt32(22, -height, true); // rows from the top
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  const within = (at: number) => Math.min(side - 1, Math.max(0, at - 1));
  for (let i = 0; i < count; i++) {
    const corner = Math.floor(i / columns) * step * width + (i % columns) * step;
    for (let y = 0; y < step; y++) {
      for (let x = 0; x < step; x++) {
        const from = i * bytesEach + 3 * (within(y) * side + within(x));
        const to = headerBytes + 3 * (corner + y * width + x);
        for (let part = 0; part < 3; part++) data[to + part] = bytes.charCodeAt(from + 2 - part); // BGR
      }
    }
  }
  return new Blob([data], { type: 'image/bmp' });
}

/**
 * Position and size of the sheet as the background of a tile, `x% y% / w% h%`, so that the tile shows this
 * placeholder and no other.
 *
 * @param count how many are on the sheet
 */
export function placeOn(count: number, place: number): string {
  const rows = Math.ceil(count / columns);
  const size = (cells: number) => (cells * step) / side;
  // A percentage is of what the tile's size leaves of the image's: 100% shows its end.
  const at = (cell: number, cells: number) => (100 * (cell * step + 1)) / side / (size(cells) - 1);
  const [column, row] = [place % columns, Math.floor(place / columns)];
  return `${at(column, columns)}% ${at(row, rows)}% / ${100 * size(columns)}% ${100 * size(rows)}%`;
}
