/** Pictures that are as much work as photographs, without being any. */
import sharp from 'sharp';
import { uniform } from '../../helpers/random.ts';

/**
 * A JPEG (quality 85) of soft colours under grain. Its size is what makes it work: 1.7 bits a pixel, between a
 * flower on a soft ground (1.2) and a palace with all its tiles (2.3; both of scikit-learn's photographs).
 */
export async function photo(seed: number, width: number, height: number): Promise<Buffer> {
  const [across, down] = [Math.ceil(width / 20), Math.ceil(height / 20)];
  const soft = bytes(`soft ${seed}`, 3 * across * down, 0, 256);
  const grain = bytes(`grain ${seed}`, width * height, 116, 140);
  const grainPng = await sharp(grain, { raw: { width, height, channels: 1 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
  return sharp(soft, { raw: { width: across, height: down, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .composite([{ input: grainPng, blend: 'overlay' }])
    .jpeg({ quality: 85 })
    .toBuffer();
}

const bytes = (name: string, count: number, low: number, high: number) =>
  Buffer.from(Uint8Array.from(uniform(name, count, low, high)));

/** The same picture under another hash: what follows a JPEG's end is not looked at. */
export const variant = (jpeg: Buffer, number: number): Buffer =>
  Buffer.concat([jpeg, Buffer.from(`\0${number}`)]);
