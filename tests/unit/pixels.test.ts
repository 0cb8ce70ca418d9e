import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { loadPixels, loadRgb, type Preprocessing } from '../../src-main/images/pixels.ts';
import { hashInThread } from '../../src-main/images/readers.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { noise } from '../helpers/pictures.ts';

type Rgb = readonly [number, number, number];
const mean = [0.485, 0.456, 0.406] as const;
const std = [0.229, 0.224, 0.225] as const;
/** Undoes nothing: values stay from 0 to 255. */
const plain = (size: number): Preprocessing => ({
  size,
  mean: [0, 0, 0],
  std: [1 / 255, 1 / 255, 1 / 255],
});

function paint(width: number, height: number, colour: (x: number, y: number) => Rgb): Sharp {
  const bytes = Buffer.alloc(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) bytes.set(colour(x, y), 3 * (y * width + x));
  }
  return sharp(bytes, { raw: { width, height, channels: 3 } });
}

/** Planes as `loadPixels` must give them, from a colour per pixel. */
function planes(size: number, colour: (x: number, y: number) => Rgb): number[] {
  return [0, 1, 2].flatMap((channel) =>
    Array.from({ length: size * size }, (_, i) => colour(i % size, Math.floor(i / size))[channel]!),
  );
}

function largestDifference(actual: Float32Array, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)));
}

const pattern = (x: number, y: number): Rgb => [20 + 30 * x, 10 + 40 * y, (60 * (x + y)) % 256];

async function saved(picture: Sharp, name: string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await picture.toFile(path);
  return path;
}

describe('loadRgb', () => {
  it('gives many at once what it gives one by one, of whatever kind, and the words for what is wrong', async () => {
    const folder = await temporaryFolder();
    const paths = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const path = join(folder, `${i}.${i % 3 === 2 ? 'png' : 'jpg'}`);
        const picture = noise(90 + i, 80, i);
        await (i % 3 === 1 ? picture.withMetadata({ orientation: 6 }) : picture).toFile(path);
        return path;
      }),
    );
    const alone: Uint8Array[] = [];
    for (const path of paths) alone.push(await loadRgb(path, 60));
    expect(await hashInThread(paths[0]!)).toBeNull();

    const gone = join(folder, 'gone.jpg');
    const together = await Promise.allSettled([...paths, gone].map((path) => loadRgb(path, 60)));
    for (const [i, rgb] of alone.entries()) {
      const outcome = together[i]!;
      expect(outcome.status === 'fulfilled' && Buffer.compare(outcome.value, rgb)).toBe(0);
    }
    expect(together.at(-1)).toMatchObject({
      reason: { message: `${gone}: the file is not there` },
    });

    const sha256 = createHash('sha256')
      .update(await readFile(paths[0]!))
      .digest('hex');
    expect(await hashInThread(paths[0]!)).toBe(sha256);
    expect(await hashInThread(gone)).toBeNull();
  });
});

describe('loadPixels', () => {
  it('gives normalised planes of a picture that has the size already', async () => {
    const path = await saved(paint(5, 5, pattern), 'a.png');
    const expected = planes(5, (x, y) => {
      const [r, g, b] = pattern(x, y);
      return [
        (r / 255 - mean[0]) / std[0],
        (g / 255 - mean[1]) / std[1],
        (b / 255 - mean[2]) / std[2],
      ];
    });
    expect(
      largestDifference(await loadPixels(path, { size: 5, mean, std }), expected),
    ).toBeLessThan(1e-6);
  });

  it('cuts the square out of the middle', async () => {
    const wide = await saved(paint(8, 4, pattern), 'wide.png');
    expect([...(await loadPixels(wide, plain(4)))].map(Math.round)).toEqual(
      planes(4, (x, y) => pattern(x + 2, y)),
    );
    const tall = await saved(paint(4, 8, pattern), 'tall.png');
    expect([...(await loadPixels(tall, plain(4)))].map(Math.round)).toEqual(
      planes(4, (x, y) => pattern(x, y + 2)),
    );
  });

  it('turns the picture as its EXIF orientation says', async () => {
    // Orientation 6: the stored picture must be turned by 90 degrees clockwise.
    const path = await saved(paint(5, 5, pattern).withMetadata({ orientation: 6 }), 'turned.png');
    expect([...(await loadPixels(path, plain(5)))].map(Math.round)).toEqual(
      planes(5, (x, y) => pattern(y, 4 - x)),
    );
  });

  it('shows transparent places on white', async () => {
    const bytes = Buffer.from([200, 100, 0, 0, 200, 100, 0, 255, 200, 100, 0, 51, 0, 0, 0, 204]);
    const picture = sharp(bytes, { raw: { width: 2, height: 2, channels: 4 } });
    const over = (colour: number, alpha: number) => (colour * alpha + 255 * (255 - alpha)) / 255;
    const expected = planes(2, (x, y) => {
      const at = 4 * (2 * y + x);
      const alpha = bytes[at + 3]!;
      return [over(bytes[at]!, alpha), over(bytes[at + 1]!, alpha), over(bytes[at + 2]!, alpha)];
    });
    const pixels = await loadPixels(await saved(picture, 'glass.png'), plain(2));
    expect(largestDifference(pixels, expected)).toBeLessThanOrEqual(1);
  });

  it('reads grey, 16-bit and CMYK pictures as 8-bit RGB', async () => {
    const grey = paint(4, 4, (x, y) => [40 * x, 40 * x, 40 * x + 0 * y]).greyscale();
    const greyPixels = await loadPixels(await saved(grey, 'grey.png'), plain(4));
    expect(
      largestDifference(
        greyPixels,
        planes(4, (x) => [40 * x, 40 * x, 40 * x]),
      ),
    ).toBeLessThanOrEqual(1);

    const deep = await saved(paint(4, 4, pattern).toColourspace('rgb16'), 'deep.png');
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect(
      largestDifference(await loadPixels(deep, plain(4)), planes(4, pattern)),
    ).toBeLessThanOrEqual(1);

    const inks = paint(16, 16, () => [220, 40, 40])
      .toColourspace('cmyk')
      .jpeg({ quality: 100 });
    const cmyk = await saved(inks, 'cmyk.jpg');
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    // Inks print no such red: it comes back near, and red above all.
    const [r, g, b] = [0, 1, 2].map((channel) => channel * 256);
    const pixels = await loadPixels(cmyk, plain(16));
    expect(pixels[r!]).toBeGreaterThan(180);
    expect(pixels[g!]).toBeLessThan(90);
    expect(pixels[b!]).toBeLessThan(90);
  });

  it('scales without shifting: a ramp stays the same ramp, with and without scaled JPEG decoding', async () => {
    const ramp =
      (side: number) =>
      (x: number, y: number): Rgb => [(255 * (x + 0.5)) / side, (255 * (y + 0.5)) / side, 128];
    /** Away from the border, where the filter would reach over the picture's edge. */
    const inside = (size: number, border: number, i: number) =>
      [i % size, Math.floor(i / size) % size].every((at) => at >= border && at < size - border);
    for (const [side, size, border, name, tolerance] of [
      [1024, 56, 3, 'shrunk.jpg', 3],
      [300, 56, 3, 'large.png', 2],
      [90, 56, 3, 'near.png', 2],
      [20, 56, 10, 'small.png', 4],
    ] as const) {
      const picture = paint(side, side, ramp(side));
      const path = await saved(
        name.endsWith('jpg') ? picture.jpeg({ quality: 98 }) : picture,
        name,
      );
      const pixels = await loadPixels(path, plain(size));
      const wrong = planes(size, ramp(size)).filter(
        (value, i) => inside(size, border, i) && Math.abs(value - pixels[i]!) > tolerance,
      );
      expect(wrong, name).toEqual([]);
    }
  });

  it('names the file and what is wrong with it', async () => {
    const folder = await temporaryFolder();
    const whole = await paint(64, 64, pattern).jpeg().toBuffer();
    const cut = join(folder, 'cut.jpg');
    await writeFile(cut, whole.subarray(0, whole.length - 200));
    await expect(loadPixels(cut, plain(8))).rejects.toThrow(
      `${cut}: the JPEG file is damaged or cut off before its end`,
    );
    const gone = join(folder, 'gone.jpg');
    await expect(loadPixels(gone, plain(8))).rejects.toThrow(`${gone}: the file is not there`);
  });
});
