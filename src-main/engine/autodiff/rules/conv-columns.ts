/**
 * Convolution as one matrix product, channels last: every output pixel's receptive field is a row of a
 * matrix ("im2col"), forward as well as for both gradients. By far the fastest way on small maps.
 */
import type { Window } from '../../graph/window.ts';
import { type Backward, plain, type Tape } from '../tape.ts';
import type { Convolution } from './conv.ts';
import { gather } from './gather.ts';
import { fields, reversedFields } from './receptive-fields.ts';
import { sumOver } from './sum.ts';

/**
 * The gradient of the input: the same product, over the fields of the output's gradient.
 * @param kernels taps · I x O. @param dy N x H x W x O.
 */
function inputGradient(tape: Tape, c: Convolution, kernels: string, dy: string): string {
  const { g } = tape;
  const [rows, columns] = c.window;
  const pixels = rows.output * columns.output;
  const map = [rows.input, columns.input];
  const tapsFirst = g.node('Transpose', [tape.reshape(kernels, [c.taps, c.inside, c.outside])], {
    perm: [0, 2, 1],
  });
  const { phases, order } = reversedFields(c.window);
  const parts = phases.map(({ taps, fields }) => {
    const chosen =
      taps.length === c.taps ? tapsFirst : g.node('Gather', [tapsFirst, g.constant(taps, 'int64')]);
    const weight = tape.reshape(chosen, [taps.length * c.outside, c.inside]);
    const part = g.node('MatMul', [gather(tape, dy, pixels, c.outside, fields), weight]);
    return tape.reshape(part, [-1, fields.length, c.inside]);
  });
  const all = parts.length === 1 ? parts[0]! : g.node('Concat', parts, { axis: 1 });
  const count = phases.reduce((sum, phase) => sum + phase.fields.length, 0);
  const ordered = gather(
    tape,
    all,
    count,
    c.inside,
    order.map((place) => [place]),
  );
  return tape.reshape(ordered, [-1, ...map, c.inside]);
}

function outputMap(window: Window, channels: number): number[] {
  return [-1, window[0].output, window[1].output, channels];
}

export function columnsConv(tape: Tape, c: Convolution): Backward {
  const { g } = tape;
  const [rows, columns] = c.window;
  const x = gather(
    tape,
    tape.read(c.input, 'channels-last'),
    rows.input * columns.input,
    c.inside,
    fields(c.window),
  );
  const kernels = tape.reshape(tape.read(c.weight, 'taps-first'), [c.taps * c.inside, c.outside]);
  const y = g.node('Gemm', [x, kernels, ...(c.bias ? [tape.read(c.bias)] : [])]);
  tape.define(c.output, tape.reshape(y, outputMap(c.window, c.outside)), 'channels-last');

  return (gradient) => {
    const maps = tape.lay(gradient, 'channels-last');
    const dy = tape.reshape(maps, [-1, c.outside]);
    tape.flow(c.weight, () => {
      const dw = g.node('Gemm', [x, dy], { transA: 1 });
      const dims = [rows.kernel, columns.kernel, c.inside, c.outside];
      return { name: tape.reshape(dw, dims), layout: 'taps-first' };
    });
    if (c.bias !== undefined) {
      tape.flow(c.bias, () => plain(sumOver(g, maps, [0, 1, 2], 4)));
    }
    tape.flow(c.input, () => ({
      name: inputGradient(tape, c, kernels, maps),
      layout: 'channels-last',
    }));
  };
}
