/** Relu and Clip: the gradient passes where the value is strictly between the bounds. */
import { numberOf } from '../../graph/attributes.ts';
import type { Node } from '../../graph/graph.ts';
import type { Rule, Tape } from '../tape.ts';

export const relu: Rule = (tape, node) => {
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const x = tape.value(input);
  const y = tape.g.node('Relu', [x.name]);
  tape.define(output, y, x.layout);
  return (gradient) =>
    tape.flow(input, () => {
      // y is never negative, so its sign is 1 where the gradient passes and 0 where it does not.
      const passes = tape.g.node('Sign', [y]);
      const name = tape.g.node('Mul', [tape.lay(gradient, x.layout), passes]);
      return { name, layout: x.layout };
    });
};

/** A bound is an input since opset 11 and an attribute before; none is an infinite one. */
function bound(tape: Tape, node: Node, which: 'min' | 'max'): number {
  const none = which === 'min' ? -Infinity : Infinity;
  const name = node.inputs[which === 'min' ? 1 : 2];
  if (!name) return numberOf(node, which, none);
  const tensor = tape.frozen(name);
  if (!tensor) throw new Error(`the bounds of Clip "${node.name}" are computed`);
  return Number(tensor.data[0]);
}

export const clip: Rule = (tape, node) => {
  const { g } = tape;
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const [low, high] = [bound(tape, node, 'min'), bound(tape, node, 'max')];
  const limits = [low, high].map((limit) => (Number.isFinite(limit) ? g.constant(limit) : ''));
  const x = tape.value(input);
  const y = g.node('Clip', [x.name, ...limits]);
  tape.define(output, y, x.layout);
  return (gradient) =>
    tape.flow(input, () => {
      const room = [
        ...(limits[0] ? [g.node('Sub', [y, limits[0]])] : []),
        ...(limits[1] ? [g.node('Sub', [limits[1], y])] : []),
      ];
      let name = tape.lay(gradient, x.layout);
      for (const each of room) name = g.node('Mul', [name, g.node('Sign', [each])]);
      return { name, layout: x.layout };
    });
};
