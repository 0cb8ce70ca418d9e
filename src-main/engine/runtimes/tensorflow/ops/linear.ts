/** Products of matrices. */
import { numberOf } from '../../../graph/attributes.ts';
import { type Op, repeated } from '../call.ts';
import type { TensorFlow, TfTensor } from '../value.ts';

export const gemm: Op = (call) => {
  const { tf, node } = call;
  const turned = (name: string) => numberOf(node, name, 0) === 1;
  const [a, b] = [call.x.tensor, call.input(1).tensor] as TfTensor[];
  const product = tf.matMul(a!, b!, turned('transA'), turned('transB'));
  const scaled = (tensor: TfTensor, by: string) => {
    const factor = numberOf(node, by, 1);
    return factor === 1 ? tensor : tf.mul(tensor, factor);
  };
  const bias = call.inputs[2];
  const result = scaled(product, 'alpha');
  return call.value(bias ? tf.add(result, scaled(bias.tensor, 'beta')) : result);
};

/** Stacks of matrices are repeated by hand: the library's own gradient does not add them up again. */
export const matmul: Op = (call) => {
  const { tf } = call;
  const a = call.x.as('channels-first');
  const b = call.input(1).as('channels-first');
  if (b.shape.length === 2) return call.value(byMatrix(tf, a, b));
  const rank = Math.max(a.shape.length, b.shape.length);
  const stack = tf.backend_util.assertAndGetBroadcastShape(
    a.shape.slice(0, -2),
    b.shape.slice(0, -2),
  );
  const whole = (tensor: TfTensor) => {
    const dims = [...stack, ...tensor.shape.slice(-2)];
    const same = tensor.shape.length === rank && tensor.shape.every((dim, i) => dim === dims[i]);
    return same ? tensor : repeated(tf, tensor, dims);
  };
  return call.value(tf.matMul(whole(a), whole(b)));
};

/** Rows of whatever shape, times a matrix. */
export function byMatrix(tf: TensorFlow, rows: TfTensor, matrix: TfTensor): TfTensor {
  if (rows.shape.length === 2) return tf.matMul(rows, matrix);
  const flat = tf.reshape(rows, [-1, rows.shape.at(-1)!]);
  return tf.reshape(tf.matMul(flat, matrix), [...rows.shape.slice(0, -1), matrix.shape[1]!]);
}
