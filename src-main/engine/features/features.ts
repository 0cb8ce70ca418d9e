/** Features of the examples of a run, a batch at a time. */
import type { Example } from '../protocol.ts';
import type { FeatureCache } from './cache.ts';

/**
 * Up to this many bytes all features are kept in memory. Beyond, each batch is read from the cache, which
 * takes a millisecond or two as long as the system has the file in its own memory.
 */
const memoryLimit = 2 ** 28;

export interface Features {
  /** Shape of one picture's features. */
  readonly dims: readonly number[];
  /** The features of these examples (indices), one after the other. */
  gather(examples: readonly number[]): Float32Array | Promise<Float32Array>;
}

/** Those that are there already. */
export interface KnownFeatures extends Features {
  gather(examples: readonly number[]): Float32Array;
}

export function openFeatures(
  cache: FeatureCache,
  examples: readonly Example[],
  dims: readonly number[],
  limit = memoryLimit,
): KnownFeatures {
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
export function inMemory(all: Float32Array, dims: readonly number[]): KnownFeatures {
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
