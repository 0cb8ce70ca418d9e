/** JPEG files that cost what photographs cost: 500 x 375 pixels with detail at every scale. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { uniform } from '../../helpers/random.ts';

const width = 500;
const height = 375;
const octaves = [8, 16, 32, 64, 128, 256];

/** Noise of several sizes laid over each other, the coarser the stronger (about 60 kB a file). */
async function photograph(seed: number): Promise<Buffer> {
  const sum = new Float32Array(3 * width * height);
  for (const cells of octaves) {
    const raw = { width: cells, height: cells, channels: 3 } as const;
    const noise = Uint8Array.from(uniform(`${seed}/${cells}`, 3 * cells ** 2, 0, 256));
    const layer = await sharp(noise, { raw })
      .resize(width, height, { fit: 'fill', kernel: 'cubic' })
      .raw()
      .toBuffer();
    for (let i = 0; i < sum.length; i++) sum[i]! += (layer[i]! - 128) * (6 / cells);
  }
  const pixels = Uint8ClampedArray.from(sum, (value) => value + 128);
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Writes `count` files into `folder`; gives their paths in the order of their names. */
export async function photographs(folder: string, count: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (let i = 0; i < count; i++) {
    const path = join(folder, `${String(i).padStart(5, '0')}.jpg`);
    await writeFile(path, await photograph(i));
    paths.push(path);
  }
  return paths;
}
