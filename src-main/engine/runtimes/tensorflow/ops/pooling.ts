/** MaxPool, AveragePool and the pools over whole maps. */
import { numberOf, numbersOf } from '../../../graph/attributes.ts';
import type { Node } from '../../../graph/graph.ts';
import { mapOf } from '../../../graph/shapes.ts';
import { divisors, type Sliding, type Window, windowOf } from '../../../graph/window.ts';
import type { Call, Op } from '../call.ts';
import { padded } from './convolution.ts';

type Pair = [number, number];
/** Below every number that a network computes; an infinite one would make NaNs of zero gradients. */
const lowest = -3.4e38;

const pair = (window: Window, of: (axis: Sliding) => number) => window.map(of) as Pair;

/** With ceil_mode the last window may reach beyond the padding. */
const withReach = (window: Window) =>
  window.map((axis) => ({
    ...axis,
    after: Math.max(
      axis.after,
      (axis.output - 1) * axis.stride + axis.kernel - axis.before - axis.input,
    ),
  })) as unknown as Window;

export const poolObstacle = (node: Node): string | null =>
  (numbersOf(node, 'dilations', null) ?? []).some((each) => each !== 1)
    ? 'pools in dilated windows'
    : null;

const windowFor = ({ node, x }: Call) => windowOf(node, mapOf(node, x.dims));

export const maxPool: Op = (call) => {
  const { tf, x } = call;
  const window = windowFor(call);
  const { maps, pad } = padded(tf, x.as('channels-last'), withReach(window), lowest);
  const [kernel, strides] = [
    pair(window, ({ kernel }) => kernel),
    pair(window, ({ stride }) => stride),
  ];
  return call.value(tf.maxPool(maps, kernel, strides, pad), 'channels-last');
};

export const averagePool: Op = (call) => {
  const { tf, x, node } = call;
  const window = windowFor(call);
  const [rows, columns] = window;
  const filled = withReach(window);
  const [kernel, strides] = [
    pair(window, ({ kernel }) => kernel),
    pair(window, ({ stride }) => stride),
  ];
  const isPadded = filled.some(({ before, after }) => before > 0 || after > 0);
  if (!isPadded) {
    const maps = x.as('channels-last') as Parameters<typeof tf.avgPool>[0];
    return call.value(tf.avgPool(maps, kernel, strides, 'valid'), 'channels-last');
  }
  // The library divides by the pixels of the map or by all of the window: here each sum is divided by what ONNX says.
  const around: Pair[] = [
    [0, 0],
    ...filled.map(({ before, after }): Pair => [before, after]),
    [0, 0],
  ];
  const wide = tf.pad(x.as('channels-last'), around) as Parameters<typeof tf.avgPool>[0];
  const means = tf.avgPool(wide, kernel, strides, 'valid');
  const counted = numberOf(node, 'count_include_pad', 0) === 1;
  const [down, across] = [divisors(rows, counted), divisors(columns, counted)];
  const area = rows.kernel * columns.kernel;
  const factors = down.map((height) => across.map((width) => area / (height * width)));
  return call.value(
    tf.mul(means, tf.tensor(factors.flat(), [1, rows.output, columns.output, 1])),
    'channels-last',
  );
};

export const globalAveragePool: Op = (call) =>
  call.value(call.tf.mean(call.x.as('channels-last'), [1, 2], true), 'channels-last');

export const globalMaxPool: Op = (call) =>
  call.value(call.tf.max(call.x.as('channels-last'), [1, 2], true), 'channels-last');
