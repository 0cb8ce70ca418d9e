/** Conv and ConvTranspose, on maps that lie channels last and kernels that lie taps first. */
import { numberOf } from '../../../graph/attributes.ts';
import type { Dims } from '../../../graph/dims.ts';
import { mapOf, transposedWindow } from '../../../graph/shapes.ts';
import { type Sliding, type Window, windowOf } from '../../../graph/window.ts';
import type { Call, Op } from '../call.ts';
import type { TensorFlow, TfTensor } from '../value.ts';

type Map4 = import('@tensorflow/tfjs').Tensor4D;

const extent = ({ kernel, dilation }: Sliding) => (kernel - 1) * dilation + 1;

/** Does TensorFlow's own padding for this window come to the same? */
function isSame(window: Window): boolean {
  return window.every((axis) => {
    const output = Math.ceil(axis.input / axis.stride);
    const total = Math.max(0, (output - 1) * axis.stride + extent(axis) - axis.input);
    const before = Math.floor(total / 2);
    return axis.output === output && axis.before === before && axis.after === total - before;
  });
}

/** Maps with as much around them as the window says, unless the library can pad them itself. */
export function padded(tf: TensorFlow, maps: TfTensor, window: Window, filling = 0) {
  if (isSame(window)) return { maps: maps as Map4, pad: 'same' } as const;
  const [rows, columns] = window;
  if (window.every(({ before, after }) => before === 0 && after === 0)) {
    return { maps: maps as Map4, pad: 'valid' } as const;
  }
  const around: [number, number][] = [
    [0, 0],
    [rows.before, rows.after],
    [columns.before, columns.after],
    [0, 0],
  ];
  return { maps: tf.pad(maps, around, filling) as Map4, pad: 'valid' } as const;
}

/** A kernel with zeros between its taps: the library has no gradient for dilated windows. */
function spread(tf: TensorFlow, kernel: TfTensor, [rows, columns]: Window): TfTensor {
  if (rows.dilation === 1 && columns.dilation === 1) return kernel;
  const [height, width, inside, outside] = kernel.shape as [number, number, number, number];
  const apart = tf.reshape(kernel, [height, 1, width, 1, inside * outside]);
  const between: [number, number][] = [
    [0, 0],
    [0, rows.dilation - 1],
    [0, 0],
    [0, columns.dilation - 1],
    [0, 0],
  ];
  const dims = [height * rows.dilation, width * columns.dilation, inside, outside];
  const whole = tf.reshape(tf.pad(apart, between), dims);
  return tf.slice(whole, [0, 0, 0, 0], [extent(rows), extent(columns), inside, outside]);
}

const stridesOf = (window: Window) => window.map(({ stride }) => stride) as [number, number];

const isDepthwise = (groups: number, x: Dims, w: Dims) =>
  groups > 1 && groups === x[1] && w[1] === 1;

export const conv: Op = (call) => {
  const { tf, node, x } = call;
  const w = call.input(1);
  const window = windowOf(node, mapOf(node, x.dims), w.dims.slice(2));
  const kernel = spread(tf, w.as('taps-first'), window);
  const groups = numberOf(node, 'group', 1);
  let result: TfTensor;
  if (isDepthwise(groups, x.dims, w.dims)) {
    const [height, width, , outside] = kernel.shape as [number, number, number, number];
    const each = tf.reshape(kernel, [height, width, groups, outside / groups]) as Map4;
    result = depthwise(call, x.as('channels-last'), each, window);
  } else {
    const { maps, pad } = padded(tf, x.as('channels-last'), window);
    result = inGroups(call, groups, maps, kernel, (part, ofPart) =>
      tf.conv2d(part as Map4, ofPart as Map4, stridesOf(window), pad),
    );
  }
  return call.value(withBias(call, result), 'channels-last');
};

/** TensorFlow moves by the same step down and along: otherwise by single ones, of which some are kept. */
function depthwise({ tf }: Call, x: TfTensor, kernel: Map4, window: Window): TfTensor {
  const strides = stridesOf(window);
  if (strides[0] === strides[1]) {
    const { maps, pad } = padded(tf, x, window);
    return tf.depthwiseConv2d(maps, kernel, strides, pad);
  }
  const single = window.map((axis) => ({
    ...axis,
    stride: 1,
    output: axis.input + axis.before + axis.after - extent(axis) + 1,
  })) as unknown as Window;
  const { maps, pad } = padded(tf, x, single);
  const all = tf.depthwiseConv2d(maps, kernel, 1, pad);
  return window.reduce<TfTensor>((kept, { output, stride }, i) => {
    const at = Array.from({ length: output }, (_, place) => place * stride);
    return tf.gather(kept, tf.tensor1d(at, 'int32'), i + 1);
  }, all);
}

/** Each group of channels with its own part of the kernel, along the kernel's last axis. */
function inGroups(
  { tf }: Call,
  groups: number,
  maps: TfTensor,
  kernel: TfTensor,
  compute: (maps: TfTensor, kernel: TfTensor) => TfTensor,
): TfTensor {
  if (groups === 1) return compute(maps, kernel);
  const kernels = tf.split(kernel, groups, 3);
  const results = tf.split(maps, groups, 3).map((part, i) => compute(part, kernels[i]!));
  return tf.concat(results, 3);
}

function withBias({ tf, inputs: [, , bias] }: Call, maps: TfTensor): TfTensor {
  return bias ? tf.add(maps, bias.tensor) : maps;
}

export const convTranspose: Op = (call) => {
  const { tf, node, x } = call;
  const w = call.input(1);
  const window = transposedWindow(node, x.dims, w.dims.slice(2));
  const kernel = spread(tf, w.as('taps-first'), window);
  // All that the taps reach, of which the paddings are cut off.
  const reach = window.map((axis) =>
    Math.max((axis.output - 1) * axis.stride + extent(axis), axis.before + axis.input),
  ) as [number, number];
  const batch = x.dims[0]!;
  const each = kernel.shape[2]!;
  const maps = x.as('channels-last');
  const groups = numberOf(node, 'group', 1);
  const whole = inGroups(call, groups, maps, kernel, (part, ofPart) => {
    const dims: [number, number, number, number] = [batch, ...reach, each];
    return tf.conv2dTranspose(part as Map4, ofPart as Map4, dims, stridesOf(window), 'valid');
  });
  const [rows, columns] = window;
  const from = [0, rows.before, columns.before, 0];
  const cutOut = tf.slice(whole, from, [batch, rows.input, columns.input, each * groups]);
  return call.value(withBias(call, cutOut), 'channels-last');
};
