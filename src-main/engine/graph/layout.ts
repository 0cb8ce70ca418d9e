/** In which order the axes of a value lie. */
import type { Tensor } from './graph.ts';
import { float32, floats } from './tensor.ts';

/**
 * `channels-first`: as the forward graph has it; all that has not four axes lies so.
 * `channels-last`, for maps: N x H x W x C, in which a convolution is one matrix product.
 * `pixels-first`, for maps: H x W x N x C, in which to pick pixels is to pick rows.
 * `taps-first`, for kernels: H x W x I x O instead of O x I x H x W, which is the matrix of that product.
 */
export type Layout = 'channels-first' | 'channels-last' | 'pixels-first' | 'taps-first';

/** What `Transpose` needs, from `channels-first` and back to it. */
const permutations = {
  'channels-first': { from: [0, 1, 2, 3], to: [0, 1, 2, 3] },
  'channels-last': { from: [0, 2, 3, 1], to: [0, 3, 1, 2] },
  'pixels-first': { from: [2, 3, 0, 1], to: [2, 3, 0, 1] },
  'taps-first': { from: [2, 3, 1, 0], to: [3, 2, 0, 1] },
} as const satisfies Record<Layout, object>;

export function permutation(from: Layout, to: Layout): number[] {
  const [back, on] = [permutations[from].to, permutations[to].from];
  return on.map((axis) => back[axis]!);
}

/** Where an axis of N x C x H x W lies in memory. */
export const placeOf = (axis: number, layout: Layout): number => permutations[layout].to[axis]!;

/** Are a pixel's channels side by side, so that a vector of one number for each applies as it is? */
export const channelsAtEnd = (layout: Layout) => placeOf(1, layout) === 3;

/** The shape in another order of the axes. */
export function laidDims<D>(dims: readonly D[], from: Layout, to: Layout): D[] {
  return permutation(from, to).map((axis) => dims[axis]!);
}

/** The same numbers in another order of the axes. */
export function laid(tensor: Tensor, from: Layout, to: Layout): Tensor {
  if (from === to) return tensor;
  const axes = permutation(from, to);
  const { dims } = tensor;
  const strides = dims.map((_, axis) => dims.slice(axis + 1).reduce((a, b) => a * b, 1));
  const [a, b, c, d] = axes.map((axis) => ({ count: dims[axis]!, stride: strides[axis]! }));
  const data = floats(tensor, 'a parameter');
  const turned = new Float32Array(data.length);
  let at = 0;
  for (let i = 0; i < a!.count; i++) {
    for (let j = 0; j < b!.count; j++) {
      for (let k = 0; k < c!.count; k++) {
        const row = i * a!.stride + j * b!.stride + k * c!.stride;
        for (let l = 0; l < d!.count; l++) turned[at++] = data[row + l * d!.stride]!;
      }
    }
  }
  return float32(laidDims(dims, from, to), turned);
}
