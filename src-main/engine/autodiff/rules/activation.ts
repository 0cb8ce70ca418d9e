/** Relu and Clip: the gradient passes where the value is strictly between the bounds. */
import { numberOf } from '../../graph/attributes.ts';
import type { Node } from '../../graph/graph.ts';
import { dataTypes } from '../../graph/onnx-schema.ts';
import type { Rule, Tape } from '../tape.ts';

/** The gradient where the condition holds, 0 elsewhere. A product with 0 and 1 is quicker than Where. */
function masked(tape: Tape, gradient: string, condition: string): string {
  const mask = tape.g.node('Cast', [condition], { to: dataTypes.float32 });
  return tape.g.node('Mul', [gradient, mask]);
}

export const relu: Rule = (tape, node) => {
  const { g } = tape;
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const x = tape.value(input);
  const y = g.node('Relu', [x.name]);
  tape.define(output, y, x.layout);
  return (gradient) =>
    tape.flow(input, () => {
      const passes = g.node('Greater', [y, g.constant(0)]);
      return { name: masked(tape, tape.lay(gradient, x.layout), passes), layout: x.layout };
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
      const whole = tape.lay(gradient, x.layout);
      const [above, below] = [
        limits[0] && g.node('Greater', [y, limits[0]]),
        limits[1] && g.node('Less', [y, limits[1]]),
      ];
      const passes = above && below ? g.node('And', [above, below]) : above || below;
      return { name: passes ? masked(tape, whole, passes) : whole, layout: x.layout };
    });
};
