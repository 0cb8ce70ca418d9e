/** The same things, damaged in different ways. */
import sharp, { type Sharp } from 'sharp';
import type { Random } from '../../../../src-shared/random.ts';
import { emoji } from './drawn.ts';
import { between, type LabelledSet, side } from './set.ts';

const damages: Readonly<
  Record<string, (picture: Sharp, random: Random) => Sharp | Promise<Sharp>>
> = {
  none: (picture) => picture,
  blurred: (picture, random) => picture.blur(between(random, 0.8, 2)),
  sharpened: (picture, random) => picture.sharpen({ sigma: between(random, 1, 2), m2: 8 }),
  compressed: async (picture, random) =>
    sharp(await picture.jpeg({ quality: Math.round(between(random, 8, 25)) }).toBuffer()),
  coarse: async (picture, random) => {
    const small = Math.round(side / between(random, 2, 3.5));
    const png = await picture.resize(small, small, { kernel: 'nearest' }).png().toBuffer();
    return sharp(png).resize(side, side, { kernel: 'nearest' });
  },
  posterised: async (picture, random) =>
    sharp(
      await picture
        .png({ palette: true, colours: Math.round(between(random, 5, 10)), dither: 0 })
        .toBuffer(),
    ),
};

/** Emoji as they are, and damaged in five ways: what they show does not matter. */
export async function damaged(): Promise<LabelledSet> {
  const base = await emoji();
  const classes = Object.keys(damages);
  return {
    name: 'damaged',
    classes,
    async picture(label, index, random) {
      const each = classes.length * index + label;
      const group = each % base.classes.length;
      const png = await base.picture(group, Math.floor(each / base.classes.length), random);
      if (!png) return null;
      const picture = await damages[classes[label]!]!(sharp(png), random);
      return picture.removeAlpha().toColourspace('srgb').png().toBuffer();
    },
  };
}
