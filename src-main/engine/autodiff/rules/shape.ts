/** Flatten and Reshape: the same numbers in another order of axes. */
import { plain, type Rule, target } from '../tape.ts';

export const reshape: Rule = (tape, node) => {
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const from = tape.dims(input);
  const to = target(tape.dims(output));
  tape.define(output, tape.reshape(tape.read(input), to));
  return (gradient) =>
    tape.flow(input, () => plain(tape.reshape(tape.lay(gradient, 'channels-first'), target(from))));
};
