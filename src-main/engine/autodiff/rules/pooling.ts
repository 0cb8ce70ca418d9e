/** AveragePool and GlobalAveragePool. */
import { numberOf } from '../../graph/attributes.ts';
import { placeOf } from '../../graph/layout.ts';
import { mapOf } from '../../graph/shapes.ts';
import { float32 } from '../../graph/tensor.ts';
import { divisors, type Sliding, windowOf } from '../../graph/window.ts';
import { plain, type Rule } from '../tape.ts';
import { sumOver } from './sum.ts';

export const averagePool: Rule = (tape, node) => {
  const { g } = tape;
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const [, channels, ...map] = tape.dims(input) as readonly number[];
  const window = windowOf(node, mapOf(node, tape.dims(input)));
  const [rows, columns] = window;
  tape.define(output, g.node('AveragePool', [tape.read(input)], node.attributes));
  return (gradient) =>
    tape.flow(input, () => {
      const countPadding = numberOf(node, 'count_include_pad', 0) === 1;
      const [across, down] = [divisors(columns, countPadding), divisors(rows, countPadding)];
      const shares = down.flatMap((height) => across.map((width) => 1 / (height * width)));
      const share = g.initializer(
        g.fresh('shares'),
        float32([rows.output, columns.output], shares),
      );
      const dy = g.node('Mul', [tape.lay(gradient, 'channels-first'), share]);
      const ones = new Float32Array(channels! * rows.kernel * columns.kernel).fill(1);
      const kernel = [channels!, 1, rows.kernel, columns.kernel];
      const spread = g.node(
        'ConvTranspose',
        [dy, g.initializer(g.fresh('ones'), float32(kernel, ones))],
        { group: channels!, ...transposedAttributes(window) },
      );
      return plain(tape.reshape(spread, [-1, channels!, ...map]));
    });
};

/** The attributes with which ConvTranspose runs a sliding window backwards. */
export function transposedAttributes(window: readonly [Sliding, Sliding]) {
  // How many pixels the windows leave over after the last one; negative where they reach beyond the map.
  const over = window.map(
    (axis) =>
      axis.input +
      axis.before -
      ((axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1),
  );
  return {
    strides: window.map((axis) => axis.stride),
    dilations: window.map((axis) => axis.dilation),
    pads: [...window.map((axis) => axis.before), ...over.map((left) => Math.max(0, -left))],
    output_padding: over.map((left) => Math.max(0, left)),
  };
}

export const globalAveragePool: Rule = (tape, node) => {
  const { g } = tape;
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const x = tape.value(input);
  const [height, width] = mapOf(node, x.dims);
  const axes = [2, 3].map((axis) => placeOf(axis, x.layout));
  const part = g.constant(1 / (height * width));
  const sum = sumOver(g, x.name, axes, 4, 1);
  tape.define(output, g.node('Mul', [sum, part]), x.layout);
  return (gradient) =>
    tape.flow(input, () => {
      const dy = tape.lay(gradient, x.layout);
      const share = g.node('Mul', [dy, part]);
      return { name: g.node('Expand', [share, g.node('Shape', [x.name])]), layout: x.layout };
    });
};
