/** Pictures that come from packages: emoji, icons, handwritten digits, letters. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { fontFile, fonts, packageFolder } from './packages.ts';
import { between, fitted, hex, type LabelledSet, onWhite, side, spread } from './set.ts';

const require = createRequire(import.meta.url);

interface Emoji {
  readonly hexcode: string;
  readonly group?: number;
}

/** Rendered emoji on white, by their group. */
export async function emoji(): Promise<LabelledSet> {
  const groups = { smileys: 0, animals: 3, food: 4, travel: 5, objects: 7 };
  const assets = join(dirname(require.resolve('@lobehub/fluent-emoji-3d/package.json')), 'assets');
  const all = require('emojibase-data/en/data.json') as Emoji[];
  const members = Object.values(groups).map((group) =>
    spread(all.filter((one) => one.group === group)),
  );
  return {
    name: 'emoji',
    classes: Object.keys(groups),
    async picture(label, index) {
      const hexcode = members[label]![index]?.hexcode.toLowerCase();
      if (hexcode === undefined) return null;
      const read = (file: string) => readFile(join(assets, file));
      const bytes = await read(`${hexcode}.webp`).catch(() =>
        read(`${hexcode}-fe0f.webp`).catch(() => null),
      );
      return bytes && onWhite(sharp(bytes));
    },
  };
}

/** Black icons on white, by what they are tagged with; those with two of the tags are left out. */
export async function icons(): Promise<LabelledSet> {
  const tags = ['Arrow', 'Weather', 'Food / Drink', 'Sport', 'Automotive', 'Files / Folders'];
  const folder = await packageFolder('@mdi/svg');
  const meta = require(join(folder, 'meta.json')) as { name: string; tags: string[] }[];
  const members = tags.map((tag) =>
    spread(meta.filter((icon) => icon.tags.filter((t) => tags.includes(t)).join() === tag)),
  );
  return {
    name: 'icons',
    classes: tags,
    async picture(label, index) {
      const icon = members[label]![index];
      if (!icon) return null;
      return onWhite(sharp(join(folder, 'svg', `${icon.name}.svg`), { density: 400 }));
    },
  };
}

/** Handwritten digits (MNIST). */
export async function digits(): Promise<LabelledSet> {
  const folder = await packageFolder('mnist');
  const classes = ['0', '1', '2', '3', '4', '5'];
  const pixels = classes.map(
    (digit) => (require(join(folder, `src/digits/${digit}.json`)) as { data: number[] }).data,
  );
  return {
    name: 'digits',
    classes,
    async picture(label, index) {
      const values = pixels[label]!.slice(784 * index, 784 * (index + 1));
      if (values.length < 784) return null;
      const raw = { width: 28, height: 28, channels: 1 } as const;
      const grey = Uint8Array.from(values, (value) => Math.round(255 * value));
      return sharp(grey, { raw }).resize(side, side).png().toBuffer();
    },
  };
}

/** Letters in a dozen fonts and any colours, turned a little. */
export async function letters(): Promise<LabelledSet> {
  const files = await Promise.all(fonts.map(fontFile));
  const classes = ['A', 'B', 'C', 'D', 'E', 'F'];
  return {
    name: 'letters',
    classes,
    async picture(label, index, random) {
      const file = files[index % files.length]!;
      const family = fonts[index % fonts.length]!.split('-')
        .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
        .join(' ');
      const text = `<span foreground="${hex(random, 0, 110)}">${classes[label]}</span>`;
      const glyph = await sharp({
        text: { text, font: `${family} 60`, fontfile: file, rgba: true, dpi: 72 },
      })
        .png()
        .toBuffer();
      const size = Math.round(between(random, 0.45, 0.8) * side);
      const turned = await sharp(glyph)
        .resize(size, size, { fit: 'inside' })
        .rotate(between(random, -25, 25), { background: '#00000000' })
        .png()
        .toBuffer();
      return sharp({
        create: { width: side, height: side, channels: 3, background: hex(random, 150, 255) },
      })
        .composite([{ input: await fitted(turned) }])
        .png()
        .toBuffer();
    },
  };
}
