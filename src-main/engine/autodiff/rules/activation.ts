/** Activations of straight pieces: the gradient is scaled by the slope of the piece that the value lies on. */
import { numberOf } from '../../graph/attributes.ts';
import type { Node } from '../../graph/graph.ts';
import { dataTypes } from '../../graph/onnx-schema.ts';
import { plain, type Rule, type Tape } from '../tape.ts';
import { unbroadcast } from './arithmetic.ts';
import { elementwise } from './elementwise.ts';

/** 1 where the condition holds, 0 elsewhere. A product with it is quicker than Where. */
function mask(tape: Tape, condition: string): string {
  return tape.g.node('Cast', [condition], { to: dataTypes.float32 });
}

const above = (tape: Tape, x: string, bound: number) =>
  tape.g.node('Greater', [x, tape.g.constant(bound)]);

/** 1 where low < x < high; infinite bounds are none. */
function between(tape: Tape, x: string, low: number, high: number): string | undefined {
  const { g } = tape;
  const over = Number.isFinite(low) ? above(tape, x, low) : undefined;
  const under = Number.isFinite(high) ? g.node('Less', [x, g.constant(high)]) : undefined;
  if (over && under) return mask(tape, g.node('And', [over, under]));
  const only = over ?? under;
  return only && mask(tape, only);
}

/** So steep that it is 0 or 1 for every number that is not next to nothing; quicker than a comparison and its Cast. */
const step = { alpha: { float: 2 ** 100 }, beta: { float: 0 } };

/** 1 above 0, and 0 elsewhere. */
export const slopeOfRelu = ({ g }: Tape, x: string) => g.node('HardSigmoid', [x], step);

export const relu = elementwise(
  ({ g }, x) => g.node('Relu', [x]),
  (tape, _, y) => slopeOfRelu(tape, y),
);

/** alpha x below 0. */
export const leakyRelu = elementwise(
  ({ g }, x, node) => g.node('LeakyRelu', [x], node.attributes),
  (tape, x, _, node) => {
    const { g } = tape;
    const alpha = numberOf(node, 'alpha', 0.01);
    const step = g.node('Mul', [mask(tape, above(tape, x, 0)), g.constant(1 - alpha)]);
    return g.node('Add', [step, g.constant(alpha)]);
  },
);

/** As LeakyRelu, with a learned slope for each channel. */
export const pRelu: Rule = (tape, node) => {
  const { g } = tape;
  const [input, slope, output] = [node.inputs[0]!, node.inputs[1]!, node.outputs[0]!];
  const [x, a] = [tape.read(input), tape.read(slope)];
  tape.define(output, g.node('PRelu', [x, a]));
  return (gradient) => {
    const dy = tape.lay(gradient, 'channels-first');
    tape.flow(input, () => {
      const positive = mask(tape, above(tape, x, 0));
      const negative = g.node('Mul', [g.node('Sub', [g.constant(1), positive]), a]);
      return plain(g.node('Mul', [dy, g.node('Add', [positive, negative])]));
    });
    tape.flow(slope, () => {
      const name = g.node('Mul', [dy, g.node('Min', [x, g.constant(0)])]);
      return unbroadcast(tape, { ...gradient, name, layout: 'channels-first' }, slope);
    });
  };
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

const bounds = (tape: Tape, node: Node) =>
  [bound(tape, node, 'min'), bound(tape, node, 'max')] as const;

export const clip = elementwise(
  (tape, x, node) => {
    const limits = bounds(tape, node).map((limit) =>
      Number.isFinite(limit) ? tape.g.constant(limit) : '',
    );
    return tape.g.node('Clip', [x, ...limits]);
  },
  (tape, _, y, node) => between(tape, y, ...bounds(tape, node)),
);

/** alpha x + beta, held between 0 and 1. */
export const hardSigmoid = elementwise(
  ({ g }, x, node) => g.node('HardSigmoid', [x], node.attributes),
  (tape, _, y, node) =>
    tape.g.node('Mul', [
      between(tape, y, 0, 1)!,
      tape.g.constant(Math.fround(numberOf(node, 'alpha', 0.2))),
    ]),
);

/** x h(x), where h is the HardSigmoid of alpha = 1/6 and beta = 1/2: the slope is h + x / 6 in between. */
export const hardSwish = elementwise(
  ({ g }, x) => g.node('HardSwish', [x]),
  (tape, x) => {
    const { g } = tape;
    const gate = g.node('HardSigmoid', [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
    const part = g.node('Mul', [g.node('Mul', [x, g.constant(1 / 6)]), between(tape, x, -3, 3)!]);
    return g.node('Add', [gate, part]);
  },
);
