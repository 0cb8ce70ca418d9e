/**
 * Convolution by the runtime's own Conv, for groups and for maps whose columns would not fit. The
 * gradient of the weights is gathered tap by tap, so that only one shifted map is held at a time, unless there is little
 * to see.
 */
import { placeOf } from '../../graph/layout.ts';
import { type Backward, plain, type Tape } from '../tape.ts';
import { isOfPictures, weightGradientOfPictures } from './conv-pictures.ts';
import type { Convolution } from './convolution.ts';
import { transposedAttributes } from './pooling.ts';
import { range } from './receptive-fields.ts';
import { sumOver } from './sum.ts';

type Sizes = Pick<Convolution, 'window' | 'groups' | 'inside' | 'outside'>;

/** For each tap the pixels that it saw: `N x C x (rows · columns of the output)`. */
function seenByTaps(tape: Tape, c: Sizes, maps: string): (i: number, j: number) => string {
  const { g } = tape;
  const [rows, columns] = c.window;
  const margin = c.window.map((axis) => {
    const reach = (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
    return Math.max(0, reach - axis.before - axis.input);
  });
  const pads = [0, 0, rows.before, columns.before, 0, 0, ...margin];
  const x = g.node('Pad', [maps, g.constant(pads, 'int64')]);
  const slice = (from: string, start: number[], end: number[], steps: number[]) => {
    const bounds = [start, end, [2, 3], steps].map((each) => g.constant(each, 'int64'));
    return g.node('Slice', [from, ...bounds]);
  };
  // Picking every other pixel is slow, so it is done once for all the taps that see the same ones.
  const phases = new Map<string, string>();
  const phase = (down: number, across: number) => {
    if (rows.stride === 1 && columns.stride === 1) return x;
    const key = `${down} ${across}`;
    const known = phases.get(key);
    if (known !== undefined) return known;
    const end = [
      rows.before + rows.input + margin[0]!,
      columns.before + columns.input + margin[1]!,
    ];
    const picked = slice(x, [down, across], end, [rows.stride, columns.stride]);
    phases.set(key, picked);
    return picked;
  };
  return (i, j) => {
    const [down, across] = [i * rows.dilation, j * columns.dilation];
    const from = [Math.floor(down / rows.stride), Math.floor(across / columns.stride)] as const;
    const to = [from[0] + rows.output, from[1] + columns.output];
    return slice(phase(down % rows.stride, across % columns.stride), [...from], to, [1, 1]);
  };
}

/** Of shape O x I/groups x kernel. @param maps N x I x H x W, what the kernels slide over */
export function weightGradient(tape: Tape, c: Sizes, maps: string, dy: string): string {
  const { g } = tape;
  const [rows, columns] = c.window;
  const inside = c.inside / c.groups;
  const outside = c.outside / c.groups;
  const pixels = rows.output * columns.output;
  const grouped = tape.reshape(dy, [-1, c.groups, outside, pixels]);
  const tap = seenByTaps(tape, c, maps);
  const product = (i: number, j: number) => {
    const seen = tape.reshape(tap(i, j), [-1, c.groups, inside, pixels]);
    const sum =
      inside === 1
        ? // Depthwise: a sum of products needs no matrices.
          sumOver(g, g.node('Mul', [grouped, seen]), [0, 3], 4, 1)
        : g.node('ReduceSum', [
            g.node('MatMul', [grouped, g.node('Transpose', [seen], { perm: [0, 1, 3, 2] })]),
            g.constant([0], 'int64'),
          ]);
    return tape.reshape(sum, [c.outside, 1, inside]);
  };
  const products = range(rows.kernel).flatMap((i) =>
    range(columns.kernel).map((j) => product(i, j)),
  );
  const all = products.length === 1 ? products[0]! : g.node('Concat', products, { axis: 1 });
  const kernels = [c.outside, inside, rows.kernel, columns.kernel];
  return tape.reshape(g.node('Transpose', [all], { perm: [0, 2, 1] }), kernels);
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
    const dy = () => tape.lay(gradient, 'channels-first');
    tape.flow(c.weight, () => {
      const maps = tape.read(c.input);
      return plain(
        isOfPictures(c)
          ? weightGradientOfPictures(tape, c, maps, tape.lay(gradient, 'pixels-first'))
          : weightGradient(tape, c, maps, dy()),
      );
    });
    if (c.bias !== undefined) {
      const axes = [0, 2, 3].map((axis) => placeOf(axis, gradient.layout));
      tape.flow(c.bias, () => plain(sumOver(g, gradient.name, axes, 4)));
    }
    tape.flow(c.input, () => plain(inputGradient(tape, c, weight, dy())));
  };
}
