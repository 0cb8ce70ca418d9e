/** The same numbers in another order of axes, or repeated along some. */
import { numbersOf } from '../../graph/attributes.ts';
import { channelsAtEnd } from '../../graph/layout.ts';
import { plain, type Rule, target } from '../tape.ts';
import { unbroadcast } from './arithmetic.ts';

/** Flatten, Reshape, Squeeze and Unsqueeze. */
export const reshape: Rule = (tape, node) => {
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const from = tape.dims(input);
  const to = target(tape.dims(output));
  tape.define(output, tape.reshape(tape.read(input), to));
  return (gradient) =>
    tape.flow(input, () => plain(tape.reshape(tape.lay(gradient, 'channels-first'), target(from))));
};

const last = '0,2,3,1';
const first = '0,3,1,2';

export const transpose: Rule = (tape, node) => {
  const { g } = tape;
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const x = tape.value(input);
  const perm = numbersOf(node, 'perm', null) ?? x.dims.map((_, i) => x.dims.length - 1 - i);
  const back = perm.map((_, axis) => perm.indexOf(axis));
  // Maps that lie so already are only called otherwise.
  if (channelsAtEnd(x.layout) && `${perm}` === last) {
    tape.define(output, tape.lay(x, 'channels-last'));
  } else if (x.layout === 'channels-first' && `${perm}` === first) {
    tape.define(output, x.name, 'channels-last');
  } else tape.define(output, g.node('Transpose', [tape.read(input)], { perm }));
  return (gradient) =>
    tape.flow(input, () => {
      if (gradient.layout === 'channels-first' && `${perm}` === last) {
        return { name: gradient.name, layout: 'channels-last' };
      }
      if (channelsAtEnd(gradient.layout) && `${perm}` === first) {
        return plain(tape.lay(gradient, 'channels-last'));
      }
      return plain(g.node('Transpose', [tape.lay(gradient, 'channels-first')], { perm: back }));
    });
};

export const expand: Rule = (tape, node) => {
  const [input, shape, output] = [node.inputs[0]!, node.inputs[1]!, node.outputs[0]!];
  tape.define(output, tape.g.node('Expand', [tape.read(input), tape.read(shape)]));
  return (gradient) => tape.flow(input, () => unbroadcast(tape, gradient, input));
};
