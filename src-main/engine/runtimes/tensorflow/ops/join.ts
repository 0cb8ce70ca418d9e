/** Parts of values: put together, taken apart, picked. */
import { numberOf, textOf } from '../../../graph/attributes.ts';
import { fromStart } from '../../../graph/dims.ts';
import type { Node } from '../../../graph/graph.ts';
import { slicesOf, splitSizes } from '../../../graph/shapes.ts';
import { beside, type Call, lastAxis, type Op } from '../call.ts';
import type { TfTensor, Value } from '../value.ts';

/** Where an axis of the value lies. */
const placeIn = ({ layout, rank }: Pick<Value, 'layout' | 'rank'>, axis: number) =>
  layout === 'channels-last' ? lastAxis(fromStart(axis, rank)) : fromStart(axis, rank);

export const concat: Op = (call) => {
  const { tf, node, x } = call;
  const { tensors, layout } = beside(
    call,
    node.inputs.map((_, at) => call.input(at)),
  );
  const axis = placeIn({ layout, rank: x.rank }, numberOf(node, 'axis', 0));
  return call.value(tf.concat([...tensors], axis), layout);
};

/** These places along an axis of the tensor, with a gradient. */
const picked = ({ tf }: Call, tensor: TfTensor, axis: number, at: readonly number[]) =>
  tf.gather(tensor, tf.tensor1d([...at], 'int32'), axis);

export const slice: Op = (call) => {
  const { tf, node, x } = call;
  const slices = slicesOf(node, x.dims, call.integers);
  if (!slices) throw new Error(`Slice "${node.name}" takes a part that is computed`);
  let { tensor } = x;
  for (const { axis, start, step, count } of slices) {
    const place = placeIn(x, axis);
    if (step !== 1) {
      const at = Array.from({ length: count }, (_, i) => start + i * step);
      tensor = picked(call, tensor, place, at);
      continue;
    }
    const from = tensor.shape.map((_, i) => (i === place ? start : 0));
    tensor = tf.slice(tensor, from, tensor.shape.with(place, count));
  }
  return x.like(tensor === x.tensor ? tf.clone(tensor) : tensor);
};

export const split: Op = (call) => {
  const { tf, node, x } = call;
  const sizes = splitSizes(node, x.dims, call.integers);
  const parts = tf.split(x.tensor, [...sizes], placeIn(x, numberOf(node, 'axis', 0)));
  return parts.map((part) => x.like(part));
};

/** For each new place along an axis, the old one that is seen there. */
const mirrors: Readonly<Record<string, (at: number, length: number) => number>> = {
  edge: (at, length) => Math.min(Math.max(at, 0), length - 1),
  reflect: (at, length) => {
    const period = Math.max(1, 2 * (length - 1));
    const within = ((at % period) + period) % period;
    return within < length ? within : period - within;
  },
  wrap: (at, length) => ((at % length) + length) % length,
};

const padMode = (node: Node) => textOf(node, 'mode', 'constant');

export const padObstacle = (node: Node): string | null => {
  const mode = padMode(node);
  return mode === 'constant' || mirrors[mode] ? null : `pads by ${mode}`;
};

export const pad: Op = (call) => {
  const { tf, node, x } = call;
  const given = node.attributes.pads ?? call.integersAt(1);
  if (!Array.isArray(given)) throw new Error(`Pad "${node.name}" pads by what is computed`);
  const pads = given as readonly number[];
  const mirror = mirrors[padMode(node)];
  const constant = call.constantAt(2);
  const value = constant ? Number(constant.data[0]) : numberOf(node, 'value', 0);
  let { tensor } = x;
  for (let axis = 0; axis < x.rank; axis++) {
    const [before, after] = [pads[axis]!, pads[axis + x.rank]!];
    if (before === 0 && after === 0) continue;
    const place = placeIn(x, axis);
    const length = tensor.shape[place]!;
    if (mirror) {
      const count = before + length + after;
      const at = Array.from({ length: count }, (_, i) => mirror(i - before, length));
      tensor = picked(call, tensor, place, at);
      continue;
    }
    const [cut, kept] = [Math.max(0, -before), length - Math.max(0, -before) - Math.max(0, -after)];
    const from = tensor.shape.map((_, i) => (i === place ? cut : 0));
    if (kept < length) tensor = tf.slice(tensor, from, tensor.shape.with(place, kept));
    const around = tensor.shape.map((_, i): [number, number] =>
      i === place ? [Math.max(0, before), Math.max(0, after)] : [0, 0],
    );
    tensor = tf.pad(tensor, around, value);
  }
  return x.like(tensor === x.tensor ? tf.clone(tensor) : tensor);
};

export const gather: Op = (call) => {
  const { tf, node, x } = call;
  const from = x.as('channels-first');
  const axis = fromStart(numberOf(node, 'axis', 0), x.rank);
  const indices = call.input(1);
  const counted = call.integersAt(1);
  const length = from.shape[axis]!;
  const flat = counted
    ? tf.tensor1d(
        counted.map((at) => fromStart(at, length)),
        'int32',
      )
    : nonNegative(call, indices.tensor, length);
  const dims = from.shape.toSpliced(axis, 1, ...indices.dims);
  return call.value(
    tf.reshape(tf.gather(from, flat as ReturnType<typeof tf.tensor1d>, axis), dims),
  );
};

/** Places that are counted from the end, counted from the beginning. */
function nonNegative({ tf }: Call, indices: TfTensor, length: number): TfTensor {
  const flat = tf.cast(tf.reshape(indices, [-1]), 'int32');
  return tf.where(tf.less(flat, 0), tf.add(flat, tf.scalar(length, 'int32')), flat);
}
