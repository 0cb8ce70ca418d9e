import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { open } from '../../src-main/images/decode.ts';
import { inspect } from '../../src-main/images/inspect.ts';
import { encodeJpeg, type Fit, reduceJpeg } from '../../src-main/images/jpeg.ts';
import { plainJpeg } from '../../src-main/images/plain-jpeg.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { noise } from '../helpers/pictures.ts';

/** What libvips makes of it. */
function expected(file: Buffer, side: number, fit: Fit): Promise<Buffer> {
  return open(file)
    .flatten({ background: '#ffffff' })
    .resize(side, side, { fit, kernel: 'lanczos3' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
}

/** Soft colours under grain, with edges: neither as smooth nor as wild as can be. */
async function scene(width: number, height: number, seed = 0): Promise<Sharp> {
  const soft = await noise(9, 7, seed).png().toBuffer();
  const grain = await noise(width, height, seed + 1)
    .linear(0.2, 100)
    .png()
    .toBuffer();
  const bytes = await sharp(soft)
    .resize(width, height, { fit: 'fill', kernel: seed % 2 ? 'nearest' : 'cubic' })
    .composite([{ input: grain, blend: 'overlay' }])
    .removeAlpha()
    .raw()
    .toBuffer();
  return sharp(bytes, { raw: { width, height, channels: 3 } });
}

describe('reduceJpeg', () => {
  it('gives the bytes that libvips gives, whatever the size and shape', async () => {
    const sizes = [
      ...([500, 375, 224] as const),
      ...([375, 500, 224] as const),
      ...([225, 225, 224] as const),
      ...([640, 427, 224] as const),
      ...([333, 1000, 160] as const),
      ...([1001, 331, 160] as const),
      ...([289, 97, 96] as const),
      ...([113, 150, 56] as const),
      ...([17, 16, 7] as const),
    ];
    for (let at = 0; at < sizes.length; at += 3) {
      const [width, height, side] = sizes.slice(at, at + 3) as [number, number, number];
      for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
        const pictures = [await scene(width, height, at), noise(width, height, at)];
        for (const picture of pictures) {
          const file = await picture.jpeg({ quality: 60 + at, chromaSubsampling }).toBuffer();
          for (const fit of ['cover', 'inside'] as const) {
            const what = `${width} x ${height} ${fit} ${side}, ${chromaSubsampling}`;
            const mine = reduceJpeg(file, side, fit);
            // A long picture within a square is made smaller than is done here.
            if (fit === 'inside' && Math.max(width, height) >= 3 * side) expect(mine).toBeNull();
            else expect(Buffer.compare(mine!.data, await expected(file, side, fit)), what).toBe(0);
          }
        }
      }
    }
  });

  it('tells the size of the whole and of the part', async () => {
    const file = await noise(300, 200).jpeg().toBuffer();
    expect(reduceJpeg(file, 256, 'inside')).toMatchObject({
      ...{ width: 256, height: 171, whole: { width: 300, height: 200 } },
    });
    expect(reduceJpeg(file, 100, 'cover')).toMatchObject({
      ...{ width: 100, height: 100, whole: { width: 300, height: 200 } },
    });
  });

  it('leaves to libvips what is small, or three times as large', async () => {
    const of = (width: number, height: number) => noise(width, height).jpeg().toBuffer();
    expect(reduceJpeg(await of(100, 90), 90, 'cover')).toBeNull();
    expect(reduceJpeg(await of(100, 90), 100, 'inside')).toBeNull();
    expect(reduceJpeg(await of(300, 270), 90, 'cover')).toBeNull();
    expect(reduceJpeg(await of(300, 270), 91, 'cover')).not.toBeNull();
  });

  it('leaves every damaged file to libvips, and gives what libvips does where that sees nothing', async () => {
    const files = [
      await (await scene(120, 90)).jpeg({ quality: 80 }).toBuffer(),
      await (await scene(90, 120)).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
    ];
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const damages: readonly ((file: Buffer) => Buffer)[] = [
      (file) => file.subarray(0, random(file.length)),
      (file) => file.fill(random(256), random(file.length)),
      (file) => {
        file[random(file.length)] = random(256);
        return file;
      },
      (file) => {
        file[random(640)] = random(256);
        return file;
      },
      (file) => {
        const at = random(file.length);
        return Buffer.concat([file.subarray(0, at), file.subarray(at + 1 + random(5))]);
      },
    ];
    let same = 0;
    let left = 0;
    for (let i = 0; i < 150; i++) {
      const file = damages[i % damages.length]!(Buffer.from(files[i % files.length]!));
      const mine = reduceJpeg(file, 60, 'cover');
      if (!mine) left++;
      else {
        expect(Buffer.compare(mine.data, await expected(file, 60, 'cover'))).toBe(0);
        same++;
      }
    }
    expect(same).toBeGreaterThan(20);
    expect(left).toBeGreaterThan(50);
    // And after all that it still works.
    for (const file of files) expect(reduceJpeg(file, 60, 'cover')).not.toBeNull();
  });
});

describe('encodeJpeg', () => {
  it('gives the pixels that libvips gives', async () => {
    for (const [width, height] of [
      [256, 192],
      [171, 256],
      [33, 7],
      [1, 1],
    ] as const) {
      for (const [quality, picture] of [
        [82, noise(width, height)],
        [95, await scene(width, height)],
      ] as const) {
        const data = await picture.raw().toBuffer();
        const mine = encodeJpeg({ width, height, data }, quality);
        const theirs = await picture.clone().jpeg({ quality, optimiseCoding: false }).toBuffer();
        const decoded = await Promise.all(
          [mine, theirs].map((file) => open(Buffer.from(file)).raw().toBuffer()),
        );
        expect(Buffer.compare(decoded[0]!, decoded[1]!), `${width} x ${height}`).toBe(0);
      }
    }
  });
});

describe('plainJpeg', () => {
  const picture = noise(64, 48);
  const whole = { width: 64, height: 48 };
  /** An EXIF segment after the start of the file. */
  const withExif = (file: Buffer, ...tiff: readonly (string | readonly number[])[]) => {
    const body = Buffer.concat([
      Buffer.from('Exif\0\0'),
      ...tiff.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))),
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(body.length + 2);
    return Buffer.concat([
      ...[file.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, body, file.subarray(2)],
    ]);
  };
  const orientation = (value: number) =>
    [
      'MM',
      [0, 42, 0, 0, 0, 8, 0, 1],
      [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0],
      [0, 0, 0, 0],
    ] as const;

  it('knows the ordinary kind, with comments, XMP and EXIF that say nothing', async () => {
    const file = await picture.jpeg().toBuffer();
    expect(plainJpeg(file)).toEqual(whole);
    expect(plainJpeg(withExif(file, ...orientation(1)))).toEqual(whole);
    expect(
      plainJpeg(
        await picture
          .clone()
          .withExif({ IFD0: { Copyright: 'nobody' } })
          .jpeg()
          .toBuffer(),
      ),
    ).toEqual(whole);
    const xmp = picture.clone().withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>');
    expect(plainJpeg(await xmp.jpeg().toBuffer())).toEqual(whole);
  });

  it('leaves out all others', async () => {
    const file = await picture.jpeg().toBuffer();
    const others: Record<string, Buffer> = {
      progressive: await picture.clone().jpeg({ progressive: true }).toBuffer(),
      grey: await picture.clone().toColourspace('b-w').jpeg().toBuffer(),
      inks: await picture.clone().toColourspace('cmyk').jpeg().toBuffer(),
      profile: await picture.clone().withIccProfile('p3').jpeg().toBuffer(),
      turned: withExif(file, ...orientation(6)),
      'damaged EXIF': withExif(file, 'MM', [0, 42, 0, 0, 1, 8, 0, 1]),
      'no TIFF in EXIF': withExif(file, 'nonsense of some length'),
      png: await picture.clone().png().toBuffer(),
      empty: Buffer.alloc(0),
      'only a beginning': file.subarray(0, 100),
    };
    for (const [name, bytes] of Object.entries(others)) expect(plainJpeg(bytes), name).toBeNull();
  });
});

describe('inspect', () => {
  it('refuses a damaged JPEG of the size that is read without libvips, with the same words', async () => {
    const root = await temporaryFolder();
    const file = await noise(400, 300).jpeg().toBuffer();
    const path = join(root, 'a.jpg');
    for (const length of [file.length - 2, file.length - 400, file.length / 2]) {
      await writeFile(path, file.subarray(0, length));
      await expect(inspect(path, join(root, 't'))).rejects.toThrow(
        `${path}: the JPEG file is damaged or cut off before its end`,
      );
    }
    await writeFile(path, file);
    expect(await inspect(path, join(root, 't'))).toMatchObject({ width: 400, height: 300 });
  });
});
