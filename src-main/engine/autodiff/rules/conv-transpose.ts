/** ConvTranspose: a convolution run backwards, so its gradients are a convolution run forwards. */
import { numberOf } from '../../graph/attributes.ts';
import { transposedWindow } from '../../graph/shapes.ts';
import { plain, type Rule } from '../tape.ts';
import { weightGradient } from './conv-direct.ts';
import { sumOver } from './sum.ts';

export const convTranspose: Rule = (tape, node) => {
  const { g } = tape;
  const [input, weight, bias] = node.inputs as [string, string, string | undefined];
  const [inside, perGroup, ...kernel] = tape.dims(weight) as readonly number[];
  const groups = numberOf(node, 'group', 1);
  const window = transposedWindow(node, tape.dims(input), kernel);
  const [rows, columns] = window;
  const [x, w] = [tape.read(input), tape.read(weight)];
  tape.define(
    node.outputs[0]!,
    g.node('ConvTranspose', [x, w, ...(bias ? [tape.read(bias)] : [])], node.attributes),
  );
  return (gradient) => {
    const dy = tape.lay(gradient, 'channels-first');
    tape.flow(input, () => {
      const name = g.node('Conv', [dy, w], {
        group: groups,
        strides: [rows.stride, columns.stride],
        dilations: [rows.dilation, columns.dilation],
        pads: [rows.before, columns.before, rows.after, columns.after],
      });
      return plain(name);
    });
    // What was the output of the convolution is the input here, and the other way round.
    const mirrored = { window, groups, inside: perGroup! * groups, outside: inside! };
    tape.flow(weight, () => plain(weightGradient(tape, mirrored, dy, x)));
    if (!bias) return;
    tape.flow(bias, () => plain(sumOver(g, dy, [0, 2, 3], 4)));
  };
};
