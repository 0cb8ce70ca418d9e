/** How a convolution or a pooling slides over a map: one description for shapes and for gradients. */
import { StudioError } from '../../../src-shared/errors.ts';
import { numberOf, numbersOf, textOf } from './attributes.ts';
import type { Node } from './graph.ts';

/** Along one axis, in pixels of the input. */
export interface Sliding {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before the first and after the last pixel. */
  readonly before: number;
  readonly after: number;
  readonly input: number;
  readonly output: number;
}

/** Down the rows, and along them. */
export type Window = readonly [Sliding, Sliding];

function sliding(node: Node, axis: 0 | 1, input: number, kernel: number): Sliding {
  const at = (name: string) => numbersOf(node, name, [1, 1])[axis] ?? 1;
  const stride = at('strides');
  const dilation = at('dilations');
  const extent = (kernel - 1) * dilation + 1;
  const pads = numbersOf(node, 'pads', [0, 0, 0, 0]);
  let before = pads[axis] ?? 0;
  let after = pads[axis + 2] ?? 0;
  const auto = textOf(node, 'auto_pad', 'NOTSET');
  if (auto === 'VALID') {
    before = after = 0;
  } else if (auto !== 'NOTSET') {
    const total = Math.max(0, (Math.ceil(input / stride) - 1) * stride + extent - input);
    const less = Math.floor(total / 2);
    before = auto === 'SAME_UPPER' ? less : total - less;
    after = total - before;
  }
  const steps = (input + before + after - extent) / stride;
  let output = Math.floor(steps) + 1;
  if (numberOf(node, 'ceil_mode', 0) === 1) {
    output = Math.ceil(steps) + 1;
    // A window that would begin in the padding after the map is left out.
    if ((output - 1) * stride >= input + before) output--;
  }
  if (output < 1) {
    throw new StudioError(
      'refused',
      `${node.op} "${node.name}" needs a map of at least ${extent - before - after} pixels a side and gets one of ${input}: use larger pictures.`,
    );
  }
  return { kernel, stride, dilation, before, after, input, output };
}

/**
 * @param map height and width of the input.
 * @param kernel height and width of the window; the node's own `kernel_shape` when absent.
 */
export function windowOf(
  node: Node,
  map: readonly [number, number],
  kernel: readonly number[] | null = numbersOf(node, 'kernel_shape', null),
): Window {
  if (kernel?.length !== 2) {
    throw new StudioError(
      'refused',
      `${node.op} "${node.name}" does not work on two-dimensional maps.`,
    );
  }
  return [sliding(node, 0, map[0], kernel[0]!), sliding(node, 1, map[1], kernel[1]!)];
}

/** By how many pixels an average divides each window, along one axis. */
export function divisors(axis: Sliding, countPadding: boolean): number[] {
  return Array.from({ length: axis.output }, (_, i) => {
    const from = i * axis.stride - axis.before;
    const to = from + axis.kernel;
    // With ceil_mode the last window may reach beyond the padding: that part never counts.
    return countPadding
      ? Math.min(to, axis.input + axis.after) - from
      : Math.min(to, axis.input) - Math.max(from, 0);
  });
}
