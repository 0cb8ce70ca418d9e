/** Operators on one number at a time. */
import { numberOf, textOf } from '../../../graph/attributes.ts';
import type { Node } from '../../../graph/graph.ts';
import { dataTypes } from '../../../graph/onnx-schema.ts';
import { beside, type Call, type Op } from '../call.ts';
import type { TensorFlow, TfTensor } from '../value.ts';

type Compute = (tf: TensorFlow, x: TfTensor, node: Node) => TfTensor;

const each =
  (compute: Compute): Op =>
  ({ tf, x, node }) =>
    x.like(compute(tf, x.tensor, node));

export const absolute = each((tf, x) => tf.abs(x));
export const ceil = each((tf, x) => tf.ceil(x));
export const erf = each((tf, x) => tf.erf(x));
export const exp = each((tf, x) => tf.exp(x));
export const floor = each((tf, x) => tf.floor(x));
export const identity = each((tf, x) => tf.clone(x));
export const log = each((tf, x) => tf.log(x));
export const negative = each((tf, x) => tf.neg(x));
export const not = each((tf, x) => tf.logicalNot(tf.cast(x, 'bool')));
export const reciprocal = each((tf, x) => tf.reciprocal(x));
export const relu = each((tf, x) => tf.relu(x));
export const round = each((tf, x) => tf.round(x));
export const sigmoid = each((tf, x) => tf.sigmoid(x));
export const sign = each((tf, x) => tf.sign(x));
export const softplus = each((tf, x) => tf.softplus(x));
export const softsign = each((tf, x) => tf.div(x, tf.add(tf.abs(x), 1)));
export const sqrt = each((tf, x) => tf.sqrt(x));
export const tanh = each((tf, x) => tf.tanh(x));

export const leakyRelu = each((tf, x, node) => tf.leakyRelu(x, numberOf(node, 'alpha', 0.01)));

/** alpha (exp(x) - 1) below 0. */
const exponential = (tf: TensorFlow, x: TfTensor, alpha: number) =>
  tf.add(tf.relu(x), tf.mul(tf.expm1(tf.minimum(x, 0)), alpha));

export const elu = each((tf, x, node) => exponential(tf, x, numberOf(node, 'alpha', 1)));

export const selu = each((tf, x, node) =>
  tf.mul(
    exponential(tf, x, numberOf(node, 'alpha', 1.6732631921768188)),
    numberOf(node, 'gamma', 1.0507010221481323),
  ),
);

/** x Phi(x), or the approximation of it by tanh (Hendrycks and Gimpel 2016, "Gaussian error linear units"). */
export const gelu = each((tf, x, node) => {
  const half = tf.mul(x, 0.5);
  if (textOf(node, 'approximate', 'none') !== 'tanh') {
    return tf.mul(half, tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  }
  const cubic = tf.mul(tf.mul(tf.square(x), x), 0.044715);
  return tf.mul(half, tf.add(tf.tanh(tf.mul(tf.add(x, cubic), Math.sqrt(2 / Math.PI))), 1));
});

const gate = (tf: TensorFlow, x: TfTensor, alpha: number, beta: number) =>
  tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1);

export const hardSigmoid = each((tf, x, node) =>
  gate(tf, x, numberOf(node, 'alpha', 0.2), numberOf(node, 'beta', 0.5)),
);

export const hardSwish = each((tf, x) => tf.mul(x, gate(tf, x, 1 / 6, 0.5)));

/** A learned slope for each channel below 0. */
export const pRelu: Op = (call) => {
  const { tf } = call;
  const { tensors, layout } = beside(call, [call.x, call.input(1)]);
  const [x, slope] = tensors as [TfTensor, TfTensor];
  return call.value(tf.add(tf.relu(x), tf.mul(slope, tf.minimum(x, 0))), layout);
};

const largest = 3.4028234663852886e38;

/** A bound is an input since opset 11 and an attribute before; none is an infinite one. */
function bound(call: Call, which: 'min' | 'max'): number {
  const none = which === 'min' ? -largest : largest;
  const at = which === 'min' ? 1 : 2;
  if (!call.inputs[at]) return numberOf(call.node, which, none);
  const tensor = call.constantAt(at);
  if (!tensor) throw new Error(`the bounds of Clip "${call.node.name}" are computed`);
  return Number(tensor.data[0]);
}

/** At a bound of zero no gradient passes, as with ReLU. */
export const clip: Op = (call) => {
  const { tf, x } = call;
  const [low, high] = [bound(call, 'min'), bound(call, 'max')];
  if (low === 0 && high === 6) return x.like(tf.relu6(x.tensor));
  if (low === 0 && high >= largest) return x.like(tf.relu(x.tensor));
  return x.like(tf.clipByValue(x.tensor, Math.max(low, -largest), Math.min(high, largest)));
};

const castTypes: Readonly<Record<number, 'float32' | 'int32' | 'bool'>> = {
  [dataTypes.float32]: 'float32',
  [dataTypes.int32]: 'int32',
  [dataTypes.int64]: 'int32',
  [dataTypes.bool]: 'bool',
};

const castType = (node: Node) => castTypes[numberOf(node, 'to', dataTypes.float32)];

export const castObstacle = (node: Node): string | null =>
  castType(node) ? null : 'casts to a type of number that it does not compute with';

export const cast = each((tf, x, node) => tf.cast(x, castType(node)!));
