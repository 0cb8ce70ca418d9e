/** The same numbers under another shape, repeated, or with their axes in another order. */
import { numbersOf } from '../../../graph/attributes.ts';
import { shapeRule } from '../../../graph/shapes.ts';
import { type Call, type Op, repeated } from '../call.ts';

/** Where the axes of N x C x H x W lie in N x H x W x C. */
const places = { 'channels-first': [0, 1, 2, 3], 'channels-last': [0, 3, 1, 2] } as const;

export const transpose: Op = (call) => {
  const { tf, x, node } = call;
  const order = numbersOf(node, 'perm', null) ?? x.dims.map((_, i) => x.rank - 1 - i);
  if (x.rank !== 4) return call.value(tf.transpose(x.tensor, [...order]));
  const at = places[x.layout as keyof typeof places];
  const turn = order.map((axis) => at[axis]!);
  // Maps that lie channels last already are only called otherwise.
  const isThere = turn.every((place, i) => place === i);
  return call.value(isThere ? tf.clone(x.tensor) : tf.transpose(x.tensor, turn));
};

/** The shape that the operator's rule says, now that every dimension is known. */
function target({ node, inputs, integers }: Call): number[] {
  const dims = inputs.map((input) => input?.dims ?? []);
  return shapeRule(node.op)!(node, dims, integers, () => undefined) as number[];
}

/** Reshape, Flatten, Squeeze and Unsqueeze. */
export const reshape: Op = (call) => {
  const { tf, x } = call;
  // A single pixel a map lies the same either way.
  const pixel = x.rank === 4 && x.dims[2] === 1 && x.dims[3] === 1;
  return call.value(tf.reshape(pixel ? x.tensor : x.as('channels-first'), target(call)));
};

export const expand: Op = (call) =>
  call.value(repeated(call.tf, call.x.as('channels-first'), target(call)));

export const constantOfShape: Op = (call) => {
  const { value } = call.node.attributes;
  const given = typeof value === 'object' && 'data' in value ? Number(value.data[0]) : 0;
  const isFloat = typeof value !== 'object' || !('data' in value) || value.type === 'float32';
  const dims = [...(call.integersAt(0) ?? [])];
  return call.value(call.tf.fill(dims, given, isFloat ? 'float32' : 'int32'));
};

/** Only its first output: where it is shape arithmetic it is not computed here at all. */
export const shape: Op = (call) => call.value(call.tf.tensor1d([...call.x.dims], 'int32'));

export const sizeOf: Op = (call) => call.value(call.tf.scalar(call.x.tensor.size, 'int32'));
