/** Sums, means and extremes along axes; softmax along one. */
import { numberOf } from '../../../graph/attributes.ts';
import { fromStart } from '../../../graph/dims.ts';
import { axesOf } from '../../../graph/shapes.ts';
import { type Call, lastAxis, type Op } from '../call.ts';
import type { TensorFlow, TfTensor } from '../value.ts';

type Compute = (tf: TensorFlow, x: TfTensor, axes: number[], keep: boolean) => TfTensor;

const over =
  (compute: Compute): Op =>
  (call) => {
    const { tf, x, node } = call;
    const keep = numberOf(node, 'keepdims', 1) === 1;
    const axes = axesOf(node, x.rank, call.integers);
    // Of whole maps, and of channels whose axis stays, nothing need be turned.
    const stays =
      x.layout === 'channels-last' && (keep || [2, 3].every((axis) => axes.includes(axis)));
    if (!stays) return call.value(compute(tf, x.as('channels-first'), [...axes], keep));
    const result = compute(tf, x.tensor, axes.map(lastAxis), keep);
    return keep ? x.like(result) : call.value(result);
  };

export const reduceMax = over((tf, x, axes, keep) => tf.max(x, axes, keep));
export const reduceMean = over((tf, x, axes, keep) => tf.mean(x, axes, keep));
export const reduceMin = over((tf, x, axes, keep) => tf.min(x, axes, keep));
export const reduceProd = over((tf, x, axes, keep) => tf.prod(x, axes, keep));
export const reduceSum = over((tf, x, axes, keep) => tf.sum(x, axes, keep));

/** The library's work along the last axis only. */
function alongLast(call: Call, compute: (x: TfTensor) => TfTensor) {
  const { tf, x, node } = call;
  const axis = fromStart(numberOf(node, 'axis', -1), x.rank);
  const place = x.layout === 'channels-last' ? lastAxis(axis) : axis;
  if (place === x.rank - 1) return x.like(compute(x.tensor));
  const swapped = Array.from({ length: x.rank }, (_, i) => i);
  swapped[place] = x.rank - 1;
  swapped[x.rank - 1] = place;
  return x.like(tf.transpose(compute(tf.transpose(x.tensor, swapped)), swapped));
}

export const softmax: Op = (call) => alongLast(call, (x) => call.tf.softmax(x));
export const logSoftmax: Op = (call) => alongLast(call, (x) => call.tf.logSoftmax(x));

export const argMax: Op = (call) => {
  const { tf, x, node } = call;
  const axis = fromStart(numberOf(node, 'axis', 0), x.rank);
  const found = tf.argMax(x.as('channels-first'), axis);
  return call.value(numberOf(node, 'keepdims', 1) === 1 ? tf.expandDims(found, axis) : found);
};
