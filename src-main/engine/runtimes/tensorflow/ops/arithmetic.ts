/** Operators that bring several values together, the smaller ones repeated. */
import { beside, type Call, type Op } from '../call.ts';
import type { TensorFlow, TfTensor } from '../value.ts';

type Compute = (tf: TensorFlow, a: TfTensor, b: TfTensor) => TfTensor;

function together(call: Call, compute: Compute) {
  const { tensors, layout } = beside(
    call,
    call.node.inputs.map((_, at) => call.input(at)),
  );
  const result = tensors.reduce((before, next) => compute(call.tf, before, next));
  return call.value(result, layout);
}

const all =
  (compute: Compute): Op =>
  (call) =>
    together(call, compute);

export const add = all((tf, a, b) => tf.add(a, b));
export const div = all((tf, a, b) => tf.div(a, b));
export const maximum = all((tf, a, b) => tf.maximum(a, b));
export const minimum = all((tf, a, b) => tf.minimum(a, b));
export const mul = all((tf, a, b) => tf.mul(a, b));
export const sub = all((tf, a, b) => tf.sub(a, b));
/** An exponent may be an integer. */
export const pow = all((tf, a, b) => tf.pow(a, tf.cast(b, a.dtype as 'float32')));

export const and = all((tf, a, b) => tf.logicalAnd(a, b));
export const equal = all((tf, a, b) => tf.equal(a, b));
export const greater = all((tf, a, b) => tf.greater(a, b));
export const greaterOrEqual = all((tf, a, b) => tf.greaterEqual(a, b));
export const less = all((tf, a, b) => tf.less(a, b));
export const lessOrEqual = all((tf, a, b) => tf.lessEqual(a, b));

export const where: Op = (call) => {
  const { tf } = call;
  const { tensors, layout } = beside(call, [call.input(0), call.input(1), call.input(2)]);
  const [condition, a, b] = tensors as [TfTensor, TfTensor, TfTensor];
  return call.value(tf.where(tf.cast(condition, 'bool'), a, b), layout);
};
