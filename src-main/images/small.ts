/** Small pictures that stand in a document: from thumbnails, which Graft made itself, so they are safe to decode here. */
import sharp from 'sharp';
import { heatPixels } from '../../src-shared/figures/heat.ts';

const address = (bytes: Buffer) => `data:image/webp;base64,${bytes.toString('base64')}`;
const encoding = { quality: 72 } as const;

/** All of the picture, its longer side at most `side` pixels, as a `data:` address. */
export async function smallPicture(thumbnail: Uint8Array, side: number): Promise<string> {
  const bytes = await sharp(thumbnail)
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .webp(encoding)
    .toBuffer();
  return address(bytes);
}

/** The middle square, which is what a network sees. */
export async function middleSquare(thumbnail: Uint8Array, side: number): Promise<string> {
  return address(await sharp(thumbnail).resize(side, side).webp(encoding).toBuffer());
}

/** The middle square with heat laid over it. @param heat from 0 to 1, row by row */
export async function heated(
  thumbnail: Uint8Array,
  side: number,
  { heat, width, height }: { heat: readonly number[]; width: number; height: number },
): Promise<string> {
  const pixels = heatPixels(heat);
  // As the page shows it when it opens: six tenths of the heat.
  for (let i = 3; i < pixels.length; i += 4) pixels[i] = 0.6 * pixels[i]!;
  const over = await sharp(pixels, { raw: { width, height, channels: 4 } })
    .resize(side, side, { kernel: 'cubic', fit: 'fill' })
    .png()
    .toBuffer();
  const bytes = await sharp(thumbnail)
    .resize(side, side)
    .composite([{ input: over }])
    .webp(encoding)
    .toBuffer();
  return address(bytes);
}
