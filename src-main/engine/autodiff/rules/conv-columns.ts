/**
 * Convolution as one matrix product, channels last: every output pixel's receptive field is a row of a
 * matrix ("im2col"), forward as well as for both gradients. By far the fastest way on small maps.
 */
import { type Layout, laidDims } from '../../graph/layout.ts';
import type { Window } from '../../graph/window.ts';
import { type Backward, plain, type Tape } from '../tape.ts';
import type { Convolution } from './convolution.ts';
import { gather } from './gather.ts';
import { fields, reversedFields } from './receptive-fields.ts';
import { sumOver } from './sum.ts';

/**
 * The gradient of the input: the same product, over the fields of the output's gradient.
 * @param kernels taps · I x O. @param dy N x H x W x O, or H x W x N x O.
 */
function inputGradient(
  tape: Tape,
  c: Convolution,
  kernels: string,
  dy: string,
  layout: Layout,
): string {
  const { g } = tape;
  const axis = pixelAxis(layout);
  const [rows, columns] = c.window;
  const pixels = rows.output * columns.output;
  const tapsFirst = g.node('Transpose', [tape.reshape(kernels, [c.taps, c.inside, c.outside])], {
    perm: [0, 2, 1],
  });
  const { phases, order } = reversedFields(c.window);
  const parts = phases.map(({ taps, fields }) => {
    const chosen =
      taps.length === c.taps ? tapsFirst : g.node('Gather', [tapsFirst, g.constant(taps, 'int64')]);
    const weight = tape.reshape(chosen, [taps.length * c.outside, c.inside]);
    const part = g.node('MatMul', [gather(tape, dy, pixels, c.outside, fields, axis), weight]);
    const each = axis === 0 ? [fields.length, -1] : [-1, fields.length];
    return tape.reshape(part, [...each, c.inside]);
  });
  const all = parts.length === 1 ? parts[0]! : g.node('Concat', parts, { axis });
  const count = phases.reduce((sum, phase) => sum + phase.fields.length, 0);
  const ordered = gather(
    tape,
    all,
    count,
    c.inside,
    order.map((place) => [place]),
    axis,
  );
  return tape.reshape(ordered, maps(c.window, 'input', c.inside, layout));
}

const pixelAxis = (layout: Layout) => (layout === 'pixels-first' ? 0 : 1);

function maps(window: Window, which: 'input' | 'output', channels: number, layout: Layout) {
  const [height, width] = window.map((axis) => axis[which]) as [number, number];
  return laidDims([-1, channels, height, width], 'channels-first', layout);
}

export function columnsConv(tape: Tape, c: Convolution): Backward {
  const { g } = tape;
  const [rows, columns] = c.window;
  // A field of one pixel is one row of the matrix, in whichever order the rows are.
  const inOrder = c.taps === 1 && tape.value(c.input).layout === 'pixels-first';
  const layout: Layout = inOrder ? 'pixels-first' : 'channels-last';
  const x = gather(
    tape,
    tape.read(c.input, layout),
    rows.input * columns.input,
    c.inside,
    fields(c.window),
    pixelAxis(layout),
  );
  const kernels = tape.reshape(tape.read(c.weight, 'taps-first'), [c.taps * c.inside, c.outside]);
  const y = g.node('Gemm', [x, kernels, ...(c.bias ? [tape.read(c.bias)] : [])]);
  tape.define(c.output, tape.reshape(y, maps(c.window, 'output', c.outside, layout)), layout);

  return (gradient) => {
    const dMaps = tape.lay(gradient, layout);
    const dy = tape.reshape(dMaps, [-1, c.outside]);
    tape.flow(c.weight, () => {
      const dw = g.node('Gemm', [x, dy], { transA: 1 });
      const dims = [rows.kernel, columns.kernel, c.inside, c.outside];
      return { name: tape.reshape(dw, dims), layout: 'taps-first' };
    });
    if (c.bias !== undefined) {
      tape.flow(c.bias, () => plain(sumOver(g, dMaps, [0, 1, 2], 4)));
    }
    tape.flow(c.input, () => ({
      name: inputGradient(tape, c, kernels, dMaps, layout),
      layout,
    }));
  };
}
