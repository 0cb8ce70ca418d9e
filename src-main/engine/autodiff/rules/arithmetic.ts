/** Add, Sub, Mul, Div and Pow with broadcasting, and what passes values through unchanged. */
import type { Node } from '../../graph/graph.ts';
import { channelsAtEnd, type Layout } from '../../graph/layout.ts';
import { plain, type Rule, type Tape, target, type Value } from '../tape.ts';
import { sumOver } from './sum.ts';

/** Sums a gradient over the axes along which the value was repeated. */
export function unbroadcast(
  tape: Tape,
  gradient: Value,
  name: string,
): Pick<Value, 'name' | 'layout'> {
  const to = tape.dims(name);
  const extra = gradient.dims.length - to.length;
  const repeated = gradient.dims.flatMap((dim, axis) =>
    axis < extra || (to[axis - extra] === 1 && dim !== 1) ? [axis] : [],
  );
  if (repeated.length === 0 && extra === 0) return gradient;
  const whole = tape.lay(gradient, 'channels-first');
  if (repeated.length === 0) return plain(tape.reshape(whole, target(to)));
  const sum = sumOver(tape.g, whole, repeated, gradient.dims.length, 1);
  return plain(extra === 0 ? sum : tape.reshape(sum, target(to)));
}

/** Both operands in one layout: maps of one size stay as they lie, anything else is brought into order. */
function operands(tape: Tape, node: Node): { a: string; b: string; layout: Layout } {
  const [a, b] = [tape.value(node.inputs[0]!), tape.value(node.inputs[1]!)];
  const scalar = (value: Value) => value.dims.every((dim) => dim === 1);
  const maps = [a, b].filter((value) => value.dims.length === 4 && !scalar(value));
  const alike = [a, b].every((value) => scalar(value) || value.dims.length === 4);
  const pixel = ({ dims }: Value) => dims[2] === 1 && dims[3] === 1;
  // A map of one pixel is turned for nothing: the others say how they want to lie.
  const leading = [...maps.filter((value) => !pixel(value)), ...maps];
  const last = alike && leading.find((value) => channelsAtEnd(value.layout));
  const layout = last ? last.layout : 'channels-first';
  return { a: tape.lay(a, layout), b: tape.lay(b, layout), layout };
}

export const add: Rule = (tape, node) => {
  const { a, b, layout } = operands(tape, node);
  tape.define(node.outputs[0]!, tape.g.node('Add', [a, b]), layout);
  return (gradient) => {
    for (const input of node.inputs) tape.flow(input, () => unbroadcast(tape, gradient, input));
  };
};

export const sub: Rule = (tape, node) => {
  const { a, b, layout } = operands(tape, node);
  tape.define(node.outputs[0]!, tape.g.node('Sub', [a, b]), layout);
  return (gradient) => {
    const [left, right] = node.inputs as [string, string];
    tape.flow(left, () => unbroadcast(tape, gradient, left));
    tape.flow(right, () => {
      const sum = unbroadcast(tape, gradient, right);
      return { ...sum, name: tape.g.node('Neg', [sum.name]) };
    });
  };
};

type Slope = (tape: Tape, a: string, b: string, y: string) => string;

/** The rule of an operator of two numbers, given its derivatives with respect to each of them. */
function binary(op: string, ...slopes: readonly [Slope, Slope]): Rule {
  return (tape, node) => {
    const [output] = node.outputs as [string];
    const { a, b, layout } = operands(tape, node);
    const y = tape.g.node(op, [a, b]);
    tape.define(output, y, layout);
    return (gradient) => {
      const whole = tape.lay(gradient, layout);
      for (const [at, slope] of slopes.entries()) {
        const input = node.inputs[at]!;
        tape.flow(input, () => {
          const name = tape.g.node('Mul', [whole, slope(tape, a, b, y)]);
          return unbroadcast(tape, { name, layout, dims: tape.dims(output) }, input);
        });
      }
    };
  };
}

export const mul = binary(
  'Mul',
  (_, __, b) => b,
  (_, a) => a,
);

export const div = binary(
  'Div',
  ({ g }, _, b) => g.node('Reciprocal', [b]),
  ({ g }, _, b, y) => g.node('Neg', [g.node('Div', [y, b])]),
);

/** a^b; the gradient of the exponent exists for positive a only. */
export const pow = binary(
  'Pow',
  ({ g }, a, b) => {
    const less = g.node('Sub', [b, g.constant(1)]);
    return g.node('Mul', [b, g.node('Pow', [a, less])]);
  },
  ({ g }, a, _, y) => g.node('Mul', [y, g.node('Log', [a])]),
);

/** Also Dropout, whose mask (if it has one) is applied where the step is put together. */
export const identity: Rule = (tape, node) => {
  const input = node.inputs[0]!;
  const x = tape.value(input);
  tape.define(node.outputs[0]!, x.name, x.layout);
  return (gradient) => tape.flow(input, () => gradient);
};
