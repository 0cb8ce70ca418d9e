/** Pictures as they are, or in another view in each epoch, for networks that are trained from their input on. */
import { type Augmentation, isPlain } from '../../../src-shared/augmentation.ts';
import { decodeForViews, type Rgb, viewPixels } from '../../images/augment.ts';
import { loadRgb, normalise, type Preprocessing } from '../../images/pixels.ts';
import type { Example } from '../protocol.ts';
import { readPicture } from './extract.ts';
import type { Features } from './features.ts';

/** Up to this many bytes of decoded pictures stay in memory; the others are decoded anew in each epoch. */
const memoryLimit = 2 ** 28;

export interface PixelOptions {
  readonly augmentation?: Augmentation;
  readonly seed?: number;
  /** Of the memory for decoded pictures, in bytes. */
  readonly limit?: number;
}

export function openPixels(
  examples: readonly Example[],
  preprocessing: Preprocessing,
  { augmentation, seed = 0, limit = memoryLimit }: PixelOptions = {},
): Features {
  const { size } = preprocessing;
  const known = new Map<string, Rgb>();
  let kept = 0;
  const decoded = async (
    at: number,
    what: string,
    keeps: boolean,
    decode: (path: string) => Promise<Rgb>,
  ): Promise<Rgb> => {
    const name = `${at} ${what}`;
    const before = known.get(name);
    if (before) return before;
    const rgb = await readPicture(examples[at]!, decode);
    // Two batches may have asked for it at once.
    if (keeps && !known.has(name) && kept + rgb.data.length <= limit) {
      known.set(name, rgb);
      kept += rgb.data.length;
    }
    return rgb;
  };
  const pixels = (load: (at: number) => Promise<Uint8Array>): Features => ({
    dims: [3, size, size],
    async gather(of) {
      const floats = 3 * size * size;
      const batch = new Float32Array(of.length * floats);
      const pictures = await Promise.all(of.map(load));
      for (const [i, rgb] of pictures.entries()) {
        normalise(rgb, preprocessing, batch.subarray(i * floats, (i + 1) * floats));
      }
      return batch;
    },
  });

  const changes = augmentation && !isPlain(augmentation);
  const plain = pixels(async (at) => {
    // Where training sees other views, the plain ones of its pictures are asked for but once.
    const again = !changes || examples[at]!.split !== 'train';
    const { data } = await decoded(at, 'plain', again, async (path) => ({
      width: size,
      height: size,
      data: await loadRgb(path, size),
    }));
    return data;
  });
  if (!changes) return plain;
  return {
    ...plain,
    seen: (epoch) =>
      pixels(async (at) => {
        const base = await decoded(at, 'views', true, (path) =>
          decodeForViews(path, size, augmentation),
        );
        const { sha256 } = examples[at]!;
        return viewPixels(base, size, { augmentation, seed, sha256, index: epoch });
      }),
  };
}
