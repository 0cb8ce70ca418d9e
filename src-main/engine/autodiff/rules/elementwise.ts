/** What functions of one number at a time have in common. */
import type { Node } from '../../graph/graph.ts';
import type { Rule, Tape } from '../tape.ts';

/**
 * The rule of y = f(x), number by number, in whatever layout x lies.
 *
 * @param write the forward pass; answers y.
 * @param derivative f'(x), given x and y; undefined where it is 1 everywhere.
 */
export function elementwise(
  write: (tape: Tape, x: string, node: Node) => string,
  derivative: (tape: Tape, x: string, y: string, node: Node) => string | undefined,
): Rule {
  return (tape, node) => {
    const [input, output] = [node.inputs[0]!, node.outputs[0]!];
    const { name: x, layout } = tape.value(input);
    const y = write(tape, x, node);
    tape.define(output, y, layout);
    return (gradient) =>
      tape.flow(input, () => {
        const dy = tape.lay(gradient, layout);
        const slope = derivative(tape, x, y, node);
        return { name: slope ? tape.g.node('Mul', [dy, slope]) : dy, layout };
      });
  };
}
