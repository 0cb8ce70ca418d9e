/** Features of the examples of a run, a batch at a time. */
import { totalmem } from 'node:os';
import type { Example } from '../protocol.ts';
import type { FeatureCache } from './cache.ts';

/** Up to this size all features are kept in memory; beyond, each batch is read from the cache. */
const memoryLimit = Math.min(2 ** 31, totalmem() / 8);

export interface Features {
  /** Shape of one picture's features. */
  readonly dims: readonly number[];
  /** The features of these examples (indices), one after the other. */
  gather(examples: readonly number[]): Float32Array;
}

export function openFeatures(
  cache: FeatureCache,
  examples: readonly Example[],
  dims: readonly number[],
  limit = memoryLimit,
): Features {
  const { floats } = cache;
  const fill = (of: readonly number[]) => {
    const features = new Float32Array(of.length * floats);
    for (const [i, at] of of.entries()) cache.read(examples[at]!.sha256, features, i * floats);
    return features;
  };
  if (4 * floats * examples.length > limit) return { dims, gather: fill };

  return inMemory(fill(examples.map((_, i) => i)), dims);
}

/** @param all the features of each example, one after the other */
export function inMemory(all: Float32Array, dims: readonly number[]): Features {
  const floats = dims.reduce((product, dim) => product * dim, 1);
  return {
    dims,
    gather(of) {
      const features = new Float32Array(of.length * floats);
      for (const [i, at] of of.entries()) {
        features.set(all.subarray(at * floats, (at + 1) * floats), i * floats);
      }
      return features;
    },
  };
}
