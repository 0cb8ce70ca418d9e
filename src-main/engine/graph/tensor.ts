/** Making tensors and looking into them. */
import { StudioError } from '../../../src-shared/errors.ts';
import type { ElementType, Tensor, TensorData } from './graph.ts';

/** The array that holds elements of each type; float16 as its bits, bool as 0 and 1. */
export const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const satisfies Record<ElementType, unknown>;

/** How many elements a tensor of this shape has. */
export function size(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** A tensor around an array, whose length must fit; throws otherwise. */
export function tensor(type: ElementType, dims: readonly number[], data: TensorData): Tensor {
  if (!(data instanceof arrays[type]) || data.length !== size(dims)) {
    throw new Error(
      `${data.length} values in a ${data.constructor.name} are no ${type} tensor of shape ${dims.join('x') || 'scalar'}`,
    );
  }
  return { type, dims, data };
}

export function float32(dims: readonly number[], values: ArrayLike<number>): Tensor {
  return tensor(
    'float32',
    dims,
    values instanceof Float32Array ? values : Float32Array.from(values),
  );
}

export function int64(dims: readonly number[], values: readonly number[]): Tensor {
  return tensor('int64', dims, BigInt64Array.from(values, BigInt));
}

/** The float32 values of a tensor; throws a StudioError that names it when it holds another type. */
export function floats(tensor: Tensor, name: string): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data;
  throw new StudioError(
    'refused',
    `The tensor "${name}" holds ${tensor.type}, not float32 numbers.`,
  );
}

/** The values of an integer tensor as numbers, as shapes and axes are given. */
export function integers(tensor: Tensor): number[] {
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}
