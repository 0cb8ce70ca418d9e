import sharp from 'sharp';
import { expect, it } from 'vitest';
import { placeOn, sheetOf } from '../../src-renderer/pictures/sheet.ts';

/** RGB of a BMP of 24 bits from the top, row by row: sharp reads none. */
async function pixelsOf(sheet: Blob) {
  const bytes = Buffer.from(await sheet.arrayBuffer());
  expect(bytes.toString('latin1', 0, 2)).toBe('BM');
  const [width, height] = [bytes.readInt32LE(18), -bytes.readInt32LE(22)];
  const data = bytes.subarray(bytes.readUInt32LE(10));
  expect(data.length).toBe(3 * width * height);
  const rgb = Buffer.alloc(data.length);
  for (let i = 0; i < data.length; i += 3) {
    rgb[i] = data[i + 2]!;
    rgb[i + 1] = data[i + 1]!;
    rgb[i + 2] = data[i]!;
  }
  return { width, height, rgb };
}

/** What a tile of 4 x 4 pixels shows of an image of this size with this position, as CSS defines it. */
function shownAt(css: string) {
  const [x, y, width, height] = css.match(/[\d.]+/g)!.map((value) => Number(value) / 100);
  return {
    left: x! * (4 * width! - 4),
    top: y! * (4 * height! - 4),
    width: 4 * width!,
    height: 4 * height!,
  };
}

it('puts each placeholder where its tile looks, with its own edge around it', async () => {
  const count = 123;
  const bytes = Uint8Array.from({ length: 48 * count }, (_, i) => (i * 7 + (i >> 5)) % 256);
  const { width, height, rgb } = await pixelsOf(sheetOf(String.fromCharCode(...bytes)));
  for (const place of [0, 1, 49, 50, 122]) {
    const shown = shownAt(placeOn(count, place));
    // A tile of four pixels shows the sheet pixel by pixel.
    expect([shown.width, shown.height]).toEqual([width, height]);
    const box = { left: Math.round(shown.left), top: Math.round(shown.top), width: 4, height: 4 };
    expect(shown.left).toBeCloseTo(box.left, 6);
    const sheet = sharp(rgb, { raw: { width, height, channels: 3 } });
    const tile = await sheet.clone().extract(box).raw().toBuffer();
    expect([...tile]).toEqual([...bytes.subarray(48 * place, 48 * (place + 1))]);
    const above = await sheet
      .clone()
      .extract({ ...box, top: box.top - 1, height: 1 })
      .raw()
      .toBuffer();
    expect([...above]).toEqual([...tile.subarray(0, 12)]);
  }
});
