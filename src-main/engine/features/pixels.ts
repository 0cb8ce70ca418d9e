/** Pictures as they are, for networks that are trained from their input on. */
import { loadRgb, normalise, type Preprocessing } from '../../images/pixels.ts';
import type { Example } from '../protocol.ts';
import { readPicture } from './extract.ts';
import type { Features } from './features.ts';

/** Up to this many bytes of decoded pictures stay in memory; the others are decoded anew in each epoch. */
const memoryLimit = 2 ** 28;

/** @param limit of the memory for decoded pictures, in bytes */
export function openPixels(
  examples: readonly Example[],
  preprocessing: Preprocessing,
  limit = memoryLimit,
): Features {
  const { size } = preprocessing;
  const floats = 3 * size * size;
  const known = new Map<number, Uint8Array>();
  const decoded = async (at: number): Promise<Uint8Array> => {
    const before = known.get(at);
    if (before) return before;
    const rgb = await readPicture(examples[at]!, (path) => loadRgb(path, size));
    if ((known.size + 1) * floats <= limit) known.set(at, rgb);
    return rgb;
  };
  return {
    dims: [3, size, size],
    async gather(of) {
      const batch = new Float32Array(of.length * floats);
      const pictures = await Promise.all(of.map(decoded));
      for (const [i, rgb] of pictures.entries()) {
        normalise(rgb, preprocessing, batch.subarray(i * floats, (i + 1) * floats));
      }
      return batch;
    },
  };
}
