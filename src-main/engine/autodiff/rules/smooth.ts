/** Smooth functions of one number at a time. */
import { textOf } from '../../graph/attributes.ts';
import type { Node } from '../../graph/graph.ts';
import type { Tape } from '../tape.ts';
import { elementwise } from './elementwise.ts';

const times = ({ g }: Tape, x: string, factor: number) => g.node('Mul', [x, g.constant(factor)]);
const plus = ({ g }: Tape, x: string, term: number) => g.node('Add', [x, g.constant(term)]);
const square = ({ g }: Tape, x: string) => g.node('Mul', [x, x]);
/** 1 - x. */
const rest = ({ g }: Tape, x: string) => g.node('Sub', [g.constant(1), x]);
const itself = (op: string) => (tape: Tape, x: string) => tape.g.node(op, [x]);

export const sigmoid = elementwise(itself('Sigmoid'), (tape, _, y) =>
  tape.g.node('Mul', [y, rest(tape, y)]),
);

export const tanh = elementwise(itself('Tanh'), (tape, _, y) => rest(tape, square(tape, y)));

export const exp = elementwise(itself('Exp'), (_, __, y) => y);

export const log = elementwise(itself('Log'), ({ g }, x) => g.node('Reciprocal', [x]));

export const negative = elementwise(itself('Neg'), ({ g }) => g.constant(-1));

export const absolute = elementwise(itself('Abs'), ({ g }, x) => g.node('Sign', [x]));

export const reciprocal = elementwise(itself('Reciprocal'), (tape, _, y) =>
  times(tape, square(tape, y), -1),
);

export const sqrt = elementwise(itself('Sqrt'), ({ g }, _, y) =>
  g.node('Div', [g.constant(0.5), y]),
);

export const softplus = elementwise(itself('Softplus'), ({ g }, x) => g.node('Sigmoid', [x]));

/** exp(-x^2 / width). */
const bell = (tape: Tape, x: string, width: number) =>
  tape.g.node('Exp', [times(tape, square(tape, x), -1 / width)]);

export const erf = elementwise(itself('Erf'), (tape, x) =>
  times(tape, bell(tape, x, 1), 2 / Math.sqrt(Math.PI)),
);

/** The normal distribution's Φ(x). */
const phi = (tape: Tape, x: string) =>
  times(tape, plus(tape, tape.g.node('Erf', [times(tape, x, Math.SQRT1_2)]), 1), 0.5);

/** tanh(√(2/π) (x + 0.044715 x³)), with which Gelu is approximated. */
const gate = (tape: Tape, x: string) => {
  const cubed = times(tape, tape.g.node('Mul', [square(tape, x), x]), 0.044715);
  return tape.g.node('Tanh', [times(tape, tape.g.node('Add', [x, cubed]), Math.sqrt(2 / Math.PI))]);
};

const isApproximate = (node: Node) => textOf(node, 'approximate', 'none') === 'tanh';

/**
 * x Φ(x) (Hendrycks and Gimpel 2016, "Gaussian error linear units"), or 0.5 x (1 + gate(x)). Written with
 * operators that are older than Gelu itself (opset 20).
 */
export const gelu = elementwise(
  (tape, x, node) =>
    isApproximate(node)
      ? tape.g.node('Mul', [x, times(tape, plus(tape, gate(tape, x), 1), 0.5)])
      : tape.g.node('Mul', [x, phi(tape, x)]),
  (tape, x, _, node) => {
    const { g } = tape;
    if (!isApproximate(node)) {
      const density = times(tape, bell(tape, x, 2), 1 / Math.sqrt(2 * Math.PI));
      return g.node('Add', [phi(tape, x), g.node('Mul', [x, density])]);
    }
    const t = gate(tape, x);
    const inner = plus(tape, times(tape, square(tape, x), 3 * 0.044715), 1);
    const slope = g.node('Mul', [rest(tape, square(tape, t)), inner]);
    const part = times(tape, g.node('Mul', [x, slope]), Math.sqrt(2 / Math.PI));
    return times(tape, g.node('Add', [plus(tape, t, 1), part]), 0.5);
  },
);
