/** Views of a picture to be looked at. */
import sharp from 'sharp';
import type { Augmentation } from '../../src-shared/augmentation.ts';
import { decodeForViews, viewPixels } from './augment.ts';

export interface ViewsTask {
  readonly path: string;
  readonly sha256: string;
  readonly augmentation: Augmentation;
  readonly seed: number;
  readonly count: number;
}

/** A usual input of networks; drawn at half of it or less. */
const size = 224;

/** The first views after the plain picture, those that training sees with this seed, as WebP. */
export async function previewViews(task: ViewsTask): Promise<Uint8Array[]> {
  const { path, sha256, augmentation, seed, count } = task;
  const picture = await decodeForViews(path, size, augmentation);
  const views: Uint8Array[] = [];
  for (let index = 1; index <= count; index++) {
    const rgb = await viewPixels(picture, size, { augmentation, seed, sha256, index });
    const raw = { width: size, height: size, channels: 3 } as const;
    views.push(await sharp(rgb, { raw }).webp({ quality: 85 }).toBuffer());
  }
  return views;
}
