import { seededRandom, shuffled } from '../training/random.ts';

/** What is compared with everything is compared with so many at most. */
export const sampleSize = 10_000;
const seed = 1;

/** All of them when there are no more than `most`; else as many, the same ones each time. */
export function sample<T>(items: readonly T[], stream: number, most = sampleSize): readonly T[] {
  if (items.length <= most) return items;
  return shuffled(items, seededRandom(seed, stream)).slice(0, most);
}
