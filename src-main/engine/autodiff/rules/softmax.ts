/** Softmax and its logarithm along one axis. */
import { numberOf } from '../../graph/attributes.ts';
import type { Node } from '../../graph/graph.ts';
import { plain, type Rule, type Tape } from '../tape.ts';

function total({ g }: Tape, node: Node, name: string): string {
  const axis = numberOf(node, 'axis', -1);
  return g.node('ReduceSum', [name, g.constant([axis], 'int64')], { keepdims: 1 });
}

/** dx = y (dy - sum(dy y)). */
export const softmax: Rule = (tape, node) => {
  const { g } = tape;
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const y = g.node('Softmax', [tape.read(input)], { axis: numberOf(node, 'axis', -1) });
  tape.define(output, y);
  return (gradient) =>
    tape.flow(input, () => {
      const dy = tape.lay(gradient, 'channels-first');
      const sum = total(tape, node, g.node('Mul', [dy, y]));
      return plain(g.node('Mul', [y, g.node('Sub', [dy, sum])]));
    });
};

/** dx = dy - exp(y) sum(dy). */
export const logSoftmax: Rule = (tape, node) => {
  const { g } = tape;
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const y = g.node('LogSoftmax', [tape.read(input)], { axis: numberOf(node, 'axis', -1) });
  tape.define(output, y);
  return (gradient) =>
    tape.flow(input, () => {
      const dy = tape.lay(gradient, 'channels-first');
      const share = g.node('Mul', [g.node('Exp', [y]), total(tape, node, dy)]);
      return plain(g.node('Sub', [dy, share]));
    });
};
