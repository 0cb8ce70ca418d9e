/** Photographs and clip art that come in packages. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { debianFolder, wheelFolder } from './packages.ts';
import { type LabelledSet, onWhite, side, spread } from './set.ts';

/**
 * Electroluminescence photographs of solar cells (Buerhop et al. 2018, CC BY-NC-SA), sound or broken for
 * sure, of one crystal or many.
 */
export async function solarCells(): Promise<LabelledSet> {
  const folder = join(await wheelFolder('elpv-dataset', '1.0.0.post1'), 'elpv_dataset', 'data');
  const classes = ['sound, mono', 'broken, mono', 'sound, poly', 'broken, poly'];
  const members = classes.map((): string[] => []);
  for (const line of (await readFile(join(folder, 'labels.csv'), 'utf8')).trim().split('\n')) {
    const [file, probability, type] = line.trim().split(/\s+/);
    const name = `${{ 0: 'sound', 1: 'broken' }[Number(probability)]}, ${type}`;
    members[classes.indexOf(name)]?.push(join(folder, file!));
  }
  return {
    name: 'solar-cells',
    classes,
    async picture(label, index) {
      const file = spread(members[label]!)[index];
      if (file === undefined) return null;
      return sharp(file).resize(side, side).toColourspace('srgb').png().toBuffer();
    },
  };
}

/** Photographs of things on white, from Tux Paint's stamps, by what they show. */
export async function cutouts(): Promise<LabelledSet> {
  const stamps = join(await debianFolder('tuxpaint-stamps-default'), 'usr/share/tuxpaint/stamps');
  const kinds = {
    animals: ['animals'],
    plants: ['plants', 'food'],
    things: ['clothes', 'household', 'town', 'vehicles'],
  };
  return folders('cutouts', stamps, kinds, /cartoon|roadsigns|flags/);
}

/** Drawings of Open Clip Art, by what they show. */
export async function clipart(): Promise<LabelledSet> {
  const png = join(await debianFolder('openclipart-png'), 'usr/share/openclipart/png');
  const kinds = {
    animals: ['animals'],
    food: ['food'],
    people: ['people'],
    transport: ['transportation'],
    flags: ['signs_and_symbols/flags'],
  };
  return folders('clipart', png, kinds);
}

/** A few drawings are as large as posters. */
const mostPixels = 2e7;

/** The PNGs below folders of each class. */
async function folders(
  name: string,
  root: string,
  kinds: Readonly<Record<string, readonly string[]>>,
  without?: RegExp,
): Promise<LabelledSet> {
  const classes = Object.keys(kinds);
  const members = await Promise.all(
    classes.map(async (kind) => {
      const below = kinds[kind]!.map(async (folder) =>
        (await readdir(join(root, folder), { recursive: true }))
          .filter((file) => file.endsWith('.png') && !without?.test(file))
          .map((file) => join(root, folder, file)),
      );
      return spread((await Promise.all(below)).flat().sort());
    }),
  );
  return {
    name,
    classes,
    async picture(label, index) {
      const file = members[label]![index];
      if (file === undefined) return null;
      const { width, height } = await sharp(file, { limitInputPixels: false }).metadata();
      return width * height > mostPixels ? null : onWhite(sharp(file));
    },
  };
}
