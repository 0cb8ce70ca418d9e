/**
 * Convolution by the runtime's own Conv, for groups and for maps whose columns would not fit. The
 * gradient of the weights is gathered tap by tap, so that only one shifted map is held at a time.
 */
import { type Backward, plain, type Tape } from '../tape.ts';
import type { Convolution } from './conv.ts';
import { transposedAttributes } from './pooling.ts';

/** Of shape O x I/groups x kernel. @param maps N x I x H x W, what the kernels slide over */
export function weightGradient(
  tape: Tape,
  c: Pick<Convolution, 'window' | 'groups' | 'inside' | 'outside'>,
  maps: string,
  dy: string,
): string {
  const { g } = tape;
  const [rows, columns] = c.window;
  const inside = c.inside / c.groups;
  const outside = c.outside / c.groups;
  const pixels = rows.output * columns.output;
  const margin = c.window.map((axis) => {
    const reach = (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
    return Math.max(0, reach - axis.before - axis.input);
  });
  const pads = [0, 0, rows.before, columns.before, 0, 0, ...margin];
  const x = g.node('Pad', [maps, g.constant(pads, 'int64')]);
  const grouped = tape.reshape(dy, [-1, c.groups, outside, pixels]);
  const axes = g.constant([2, 3], 'int64');
  const steps = g.constant([rows.stride, columns.stride], 'int64');
  const taps: string[] = [];
  for (let i = 0; i < rows.kernel; i++) {
    for (let j = 0; j < columns.kernel; j++) {
      const from = [i * rows.dilation, j * columns.dilation] as const;
      const to = [
        from[0] + (rows.output - 1) * rows.stride + 1,
        from[1] + (columns.output - 1) * columns.stride + 1,
      ];
      const shifted = [x, g.constant(from, 'int64'), g.constant(to, 'int64'), axes, steps];
      const seen = tape.reshape(g.node('Slice', shifted), [-1, c.groups, inside, pixels]);
      const product =
        inside === 1
          ? // Depthwise: a sum of products needs no matrices.
            g.node('ReduceSum', [g.node('Mul', [grouped, seen]), g.constant([0, 3], 'int64')])
          : g.node('ReduceSum', [
              g.node('MatMul', [grouped, g.node('Transpose', [seen], { perm: [0, 1, 3, 2] })]),
              g.constant([0], 'int64'),
            ]);
      taps.push(tape.reshape(product, [c.outside, inside, 1]));
    }
  }
  const all = taps.length === 1 ? taps[0]! : g.node('Concat', taps, { axis: 2 });
  return tape.reshape(all, [c.outside, inside, rows.kernel, columns.kernel]);
}

/** Without strides the gradient of the input is a convolution too: with the kernels turned round. */
function inputGradient(tape: Tape, c: Convolution, weight: string, dy: string): string {
  const { g } = tape;
  const before = c.window.map((axis) => (axis.kernel - 1) * axis.dilation - axis.before);
  const after = c.window.map((axis) => axis.input - axis.output + axis.before);
  const strided = c.window.some((axis) => axis.stride > 1);
  if (strided || [...before, ...after].some((pad) => pad < 0)) {
    const attributes = { group: c.groups, ...transposedAttributes(c.window) };
    return g.node('ConvTranspose', [dy, weight], attributes);
  }
  const inside = c.inside / c.groups;
  const outside = c.outside / c.groups;
  const [rows, columns] = c.window;
  const swapped = g.node('Transpose', [tape.reshape(weight, [c.groups, outside, inside, c.taps])], {
    perm: [0, 2, 1, 3],
  });
  const backwards = Array.from({ length: c.taps }, (_, i) => c.taps - 1 - i);
  const turned = g.node('Gather', [swapped, g.constant(backwards, 'int64')], { axis: 3 });
  const kernels = tape.reshape(turned, [c.inside, outside, rows.kernel, columns.kernel]);
  return g.node('Conv', [dy, kernels], {
    group: c.groups,
    dilations: [rows.dilation, columns.dilation],
    pads: [...before, ...after],
  });
}

export function directConv(tape: Tape, c: Convolution): Backward {
  const { g } = tape;
  const [rows, columns] = c.window;
  const weight = tape.read(c.weight);
  const inputs = [tape.read(c.input), weight, ...(c.bias ? [tape.read(c.bias)] : [])];
  const y = g.node('Conv', inputs, {
    group: c.groups,
    strides: [rows.stride, columns.stride],
    dilations: [rows.dilation, columns.dilation],
    pads: [rows.before, columns.before, rows.after, columns.after],
  });
  tape.define(c.output, y);

  return (gradient) => {
    const dy = tape.lay(gradient, 'channels-first');
    tape.flow(c.weight, () => plain(weightGradient(tape, c, tape.read(c.input), dy)));
    if (c.bias !== undefined) {
      tape.flow(c.bias, () =>
        plain(g.node('ReduceSum', [dy, g.constant([0, 2, 3], 'int64')], { keepdims: 0 })),
      );
    }
    tape.flow(c.input, () => plain(inputGradient(tape, c, weight, dy)));
  };
}
