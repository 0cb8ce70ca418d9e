/** A labelled set of pictures for a benchmark. */
import sharp, { type Sharp } from 'sharp';
import type { Random } from '../../../../src-shared/random.ts';

/** Side of the square pictures, in pixels. */
export const side = 144;

export interface LabelledSet {
  readonly name: string;
  readonly classes: readonly string[];
  /**
   * The picture number `index` of a class, as PNG; null when it has no more.
   * @param random a stream of its own for each picture
   */
  picture(label: number, index: number, random: Random): Promise<Buffer | null>;
}

export const between = (random: Random, low: number, high: number): number =>
  low + (high - low) * random();

export const pick = <T>(of: readonly T[], random: Random): T =>
  of[Math.floor(random() * of.length)]!;

/** In an order that takes from everywhere: neighbours in such lists are alike. */
export function spread<T>(items: readonly T[]): T[] {
  const stride = [101, 103, 107].find((prime) => items.length % prime !== 0)!;
  return items.map((_, i) => items[(i * stride) % items.length]!);
}

/** A colour whose parts lie between two of 0 to 255. */
export const hex = (random: Random, low: number, high: number) =>
  `#${Array.from({ length: 3 }, () =>
    Math.floor(between(random, low, high))
      .toString(16)
      .padStart(2, '0'),
  ).join('')}`;

export const onWhite = (picture: Sharp): Promise<Buffer> =>
  picture
    .resize(side, side, { fit: 'contain', background: '#ffffff' })
    .flatten({ background: '#ffffff' })
    .png()
    .toBuffer();

/** On light paper of any colour: as large as a share of the side, turned by up to so many degrees. */
export async function onPaper(
  ink: Sharp,
  random: Random,
  { share, angle = 0 }: { readonly share: readonly [number, number]; readonly angle?: number },
): Promise<Buffer> {
  const size = Math.round(between(random, ...share) * side);
  const turned = await ink
    .resize(size, size, { fit: 'inside' })
    .png()
    .toBuffer()
    .then((png) => sharp(png).rotate(between(random, -angle, angle), { background: '#00000000' }))
    .then((rotated) => rotated.png().toBuffer());
  return sharp({
    create: { width: side, height: side, channels: 3, background: hex(random, 170, 255) },
  })
    .composite([{ input: await fitted(turned) }])
    .png()
    .toBuffer();
}

/** No larger than the picture. */
export const fitted = (png: Buffer): Promise<Buffer> =>
  sharp(png).resize(side, side, { fit: 'inside', withoutEnlargement: true }).png().toBuffer();
