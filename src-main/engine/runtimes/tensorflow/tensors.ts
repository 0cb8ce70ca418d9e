/** Tensors of a graph into TensorFlow's memory and back. */
import { StudioError } from '../../../../src-shared/errors.ts';
import type { Tensor } from '../../graph/graph.ts';
import { float32 } from '../../graph/tensor.ts';
import type { TensorFlow, TfTensor } from './value.ts';

/** Integers are held in 32 bits, which places and sizes never exceed. */
export function toTf(tf: TensorFlow, { type, dims, data }: Tensor): TfTensor {
  switch (type) {
    case 'float32':
      return tf.tensor(data as Float32Array, [...dims], 'float32');
    case 'int64':
    case 'int32':
    case 'int8':
    case 'uint8':
      return tf.tensor(
        Int32Array.from(data as ArrayLike<number | bigint>, held),
        [...dims],
        'int32',
      );
    case 'bool':
      return tf.tensor(data as Uint8Array, [...dims], 'bool');
    default:
      throw new StudioError('refused', `TensorFlow is given no ${type} numbers here.`);
  }
}

const held = (value: number | bigint) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Number(value)));

/** @throws Error for what is no float32 or int32 */
export async function fromTf(tensor: TfTensor): Promise<Tensor> {
  const data = await tensor.data();
  if (tensor.dtype === 'float32') return float32(tensor.shape, data as Float32Array);
  return {
    type: 'int64',
    dims: tensor.shape,
    data: BigInt64Array.from(data as Int32Array, BigInt),
  };
}
