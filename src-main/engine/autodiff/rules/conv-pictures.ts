/**
 * The gradient of the kernels of a convolution of pictures, or of other maps of few channels: one product of all that the
 * taps saw and the output's gradient. Tap by tap, each product would be a thin one.
 */
import type { Sliding } from '../../graph/window.ts';
import type { Tape } from '../tape.ts';
import type { Convolution } from './convolution.ts';
import { range } from './receptive-fields.ts';

const fewChannels = 16;

/** Numbers a picture that the taps may see (8 MiB a picture, for a moment). */
const mostSeen = 2 ** 21;

export function isOfPictures({ groups, inside, taps, window }: Convolution): boolean {
  const [rows, columns] = window;
  const seen = inside * taps * rows.output * columns.output;
  return groups === 1 && inside <= fewChannels && seen <= mostSeen;
}

/** The zeros after the last pixel that kernels reach. */
function margin({ kernel, stride, dilation, before, input, output }: Sliding): number {
  const reach = (output - 1) * stride + (kernel - 1) * dilation + 1;
  return Math.max(0, reach - before - input);
}

/** Where a tap looks for each place of the output, in a map with its margins. */
const seenBy = ({ stride, dilation, output }: Sliding, tap: number) =>
  range(output).map((i) => tap * dilation + i * stride);

/**
 * Of shape O x I x kernel.
 * @param pictures N x I x H x W. @param dy H x W x N x O.
 */
export function weightGradientOfPictures(
  tape: Tape,
  { window, inside, outside, taps }: Convolution,
  pictures: string,
  dy: string,
): string {
  const { g } = tape;
  const [rows, columns] = window;
  const flat = tape.reshape(pictures, [-1, inside * rows.input * columns.input]);
  // I x H x W x N: each pixel's numbers are side by side, so that any can be picked.
  const pixels = tape.reshape(g.node('Transpose', [flat], { perm: [1, 0] }), [
    inside,
    rows.input,
    columns.input,
    -1,
  ]);
  const pads = [0, rows.before, columns.before, 0, 0, margin(rows), margin(columns), 0];
  const x = g.node('Pad', [pixels, g.constant(pads, 'int64')]);
  const across = range(columns.kernel).map((tap) =>
    g.node('Gather', [x, g.constant(seenBy(columns, tap), 'int64')], { axis: 2 }),
  );
  const all = g.node('Concat', across, { axis: 0 });
  const down = range(rows.kernel).flatMap((tap) => seenBy(rows, tap));
  // (columns of the kernel · I · its rows) x (pixels of the output · N)
  const seen = tape.reshape(g.node('Gather', [all, g.constant(down, 'int64')], { axis: 1 }), [
    taps * inside,
    -1,
  ]);
  const products = g.node('MatMul', [seen, tape.reshape(dy, [-1, outside])]);
  const apart = tape.reshape(products, [columns.kernel, inside, rows.kernel, outside]);
  return g.node('Transpose', [apart], { perm: [3, 1, 2, 0] });
}
