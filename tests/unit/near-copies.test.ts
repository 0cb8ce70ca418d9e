import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src-main/images/inspect.ts';
import { type Fingerprint, nearCopies } from '../../src-main/images/near-copies.ts';
import { resources } from '../../src-main/programs.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const samples = join(resources, 'samples');

/** A few of the sample pictures as they are, and copies of each made by `change`. */
async function withCopies(change: (picture: Buffer, width: number) => Sharp) {
  const folder = await temporaryFolder();
  const names = ['lemon.webp', 'goat.webp', 'house.webp', 'orange book.webp', 'train.webp'];
  const prints: Fingerprint[] = [];
  const add = async (file: string) => {
    const { fingerprint, placeholder } = await inspect(file, join(folder, 'thumbnails'));
    prints.push({ id: prints.length + 1, cells: fingerprint, colours: placeholder });
  };
  for (const [i, name] of names.entries()) {
    const picture = await sharp(join(samples, name)).flatten({ background: '#fff' }).toBuffer();
    await add(join(samples, name));
    const copy = join(folder, `${i}.jpg`);
    await change(picture, (await sharp(picture).metadata()).width).toFile(copy);
    await add(copy);
  }
  return { prints, pairs: names.map((_, i) => [2 * i + 1, 2 * i + 2]) };
}

const crop = (picture: Buffer, width: number, left: number, top: number, right: number) =>
  sharp(picture).extract({
    left: Math.round(left * width),
    top: Math.round(top * width),
    width: Math.round((1 - left - right) * width),
    height: Math.round((1 - top) * width),
  });

describe('copies are recognised', () => {
  it.each<[string, Parameters<typeof withCopies>[0]]>([
    ['saved as a poor JPEG', (picture) => sharp(picture).jpeg({ quality: 30 })],
    ['half the size', (picture, width) => sharp(picture).resize(Math.round(width / 2))],
    ['a third of the size', (picture, width) => sharp(picture).resize(Math.round(width / 3))],
    ['cropped by 4 % on two sides', (picture, width) => crop(picture, width, 0.04, 0.04, 0)],
    ['cropped by 3 % on three sides', (picture, width) => crop(picture, width, 0.03, 0.03, 0.03)],
  ])('%s', async (_, change) => {
    const { prints, pairs } = await withCopies(change);
    expect(nearCopies(prints)).toEqual(pairs);
  });

  it('copies of copies are in one group', async () => {
    const { prints } = await withCopies((picture) => sharp(picture).jpeg());
    const again = { ...prints[3]!, id: 40 };
    expect(nearCopies([...prints.slice(0, 4), again])).toEqual([
      [1, 2],
      [3, 4, 40],
    ]);
  });
});

it('pictures that look alike stay apart: hearts in ten colours, faces, clocks, globes', async () => {
  const folder = await temporaryFolder();
  const files = (await readdir(samples, { recursive: true })).filter((name) =>
    /(heart|face|o clock|thirty|globe|book|moon)[^/]*\.webp$/.test(name),
  );
  expect(files.length).toBeGreaterThan(60);
  const prints: Fingerprint[] = [];
  for (const [id, file] of files.entries()) {
    const { fingerprint, placeholder } = await inspect(join(samples, file), folder);
    prints.push({ id, cells: fingerprint, colours: placeholder });
  }
  expect(nearCopies(prints)).toEqual([]);
});

it('pictures of one colour are copies only of the same colour', () => {
  const plain = (id: number, value: number): Fingerprint => ({
    id,
    cells: new Uint8Array(1024).fill(value),
    colours: new Uint8Array(48).fill(value),
  });
  expect(nearCopies([plain(1, 90), plain(2, 90), plain(3, 97)])).toEqual([[1, 2]]);
});
