/** Features of the examples of a run, a batch at a time. */
import { viewRandom } from '../../images/view.ts';
import type { Example } from '../protocol.ts';
import type { FeatureCache } from './cache.ts';

/**
 * Up to this many bytes all features are kept in memory. Beyond, each batch is read from the cache, which
 * takes a millisecond or two as long as the system has the file in its own memory.
 */
export const memoryLimit = 2 ** 28;

/** All features in one array, of which some rows are wanted at a time. */
export interface Held {
  readonly all: Float32Array;
  readonly count: number;
}

export interface Features {
  /** Shape of one picture's features. */
  readonly dims: readonly number[];
  /** The features of these examples (indices), one after the other. */
  gather(examples: readonly number[]): Float32Array | Promise<Float32Array>;
  /** As the pictures are seen in an epoch of training, counted from 1; absent: always as they are. */
  seen?(epoch: number): Features;
  /** Where all are in memory: they, and in which row an example's are. */
  readonly held?: Held;
  row?(example: number): number;
}

/** Those that are there already. */
export interface KnownFeatures extends Features {
  gather(examples: readonly number[]): Float32Array;
}

/** What is known of one way of computing features. */
export type FeatureReader = Pick<FeatureCache, 'floats' | 'read'>;

/** @param caches one for each view, the plain one first; @param seed of the views that an epoch draws */
export function openFeatures(
  caches: readonly FeatureReader[],
  examples: readonly Example[],
  dims: readonly number[],
  seed = 0,
  limit = memoryLimit,
): KnownFeatures {
  const [{ floats }, ...others] = caches as [FeatureReader, ...FeatureReader[]];
  const viewsOf = ({ split }: Example) => (split === 'train' ? caches.length : 1);
  const rows = examples.reduce((sum, example) => sum + viewsOf(example), 0);
  const read = (example: Example, view: number, into: Float32Array, at: number) =>
    caches[view]!.read(example.sha256, into, at * floats);

  let copy = read;
  let held: { readonly held: Held; readonly rowOf: (example: Example) => number } | undefined;
  if (4 * floats * rows <= limit) {
    const all = new Float32Array(floats * rows);
    const firstRow = new Map<string, number>();
    let row = 0;
    for (const example of examples) {
      firstRow.set(example.sha256, row);
      for (let view = 0; view < viewsOf(example); view++) read(example, view, all, row++);
    }
    held = {
      held: { all, count: rows },
      rowOf: ({ sha256 }) => firstRow.get(sha256)!,
    };
    copy = ({ sha256 }, view, into, at) => {
      const from = (firstRow.get(sha256)! + view) * floats;
      into.set(all.subarray(from, from + floats), at * floats);
    };
  }
  const choosing = (viewOf: (example: Example) => number): KnownFeatures => ({
    dims,
    gather(of) {
      const features = new Float32Array(of.length * floats);
      for (const [i, at] of of.entries()) copy(examples[at]!, viewOf(examples[at]!), features, i);
      return features;
    },
    ...(held && {
      held: held.held,
      row: (at: number) => held!.rowOf(examples[at]!) + viewOf(examples[at]!),
    }),
  });
  const plain = choosing(() => 0);
  if (others.length === 0) return plain;
  return { ...plain, seen: (epoch) => choosing((example) => drawnView(example, epoch)) };

  /** A negative number, so that the draw is not one of those that made a view. */
  function drawnView(example: Example, epoch: number): number {
    return Math.floor(viewRandom(seed, example.sha256, -1 - epoch)() * viewsOf(example));
  }
}

/** @param all the features of each example, one after the other */
export function inMemory(all: Float32Array, dims: readonly number[]): KnownFeatures {
  const floats = dims.reduce((product, dim) => product * dim, 1);
  return {
    dims,
    held: { all, count: all.length / floats },
    row: (example) => example,
    gather(of) {
      const features = new Float32Array(of.length * floats);
      for (const [i, at] of of.entries()) {
        features.set(all.subarray(at * floats, (at + 1) * floats), i * floats);
      }
      return features;
    },
  };
}
