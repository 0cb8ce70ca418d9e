/** BatchNormalization with frozen statistics: a multiplication and an addition per channel. */
import { StudioError } from '../../../../src-shared/errors.ts';
import { numberOf } from '../../graph/attributes.ts';
import type { Node } from '../../graph/graph.ts';
import { float32, floats } from '../../graph/tensor.ts';
import { plain, type Rule, type Tape } from '../tape.ts';
import { sumOver } from './sum.ts';

function statistics(tape: Tape, node: Node) {
  const [mean, variance] = [tape.frozen(node.inputs[3]!), tape.frozen(node.inputs[4]!)];
  if (!mean || !variance || numberOf(node, 'training_mode', 0) !== 0) {
    throw new StudioError(
      'refused',
      `BatchNormalization "${node.name}" would learn the statistics of each batch; Graft trains around frozen ones only.`,
    );
  }
  const epsilon = numberOf(node, 'epsilon', 1e-5);
  return {
    mean: floats(mean, node.inputs[3]!),
    inverse: floats(variance, node.inputs[4]!).map((each) => 1 / Math.sqrt(each + epsilon)),
  };
}

/** y = x s + t, with s = scale / sqrt(variance + epsilon) and t = shift - mean s, each of C numbers. */
export const batchNormalization: Rule = (tape, node) => {
  const { g } = tape;
  const [input, scale, shift] = node.inputs as [string, string, string];
  const { mean, inverse } = statistics(tape, node);
  const vector = (values: Float32Array) =>
    g.initializer(g.fresh('statistics'), float32([values.length], values));
  const inverseName = vector(inverse);
  const meanName = vector(mean);

  const s = g.node('Mul', [tape.read(scale), inverseName]);
  const t = g.node('Sub', [tape.read(shift), g.node('Mul', [s, meanName])]);
  const x = tape.value(input);
  const last = x.layout === 'channels-last' || x.dims.length === 2;
  const along = (name: string) => (last ? name : tape.reshape(name, [-1, 1, 1]));
  const scaled = g.node('Mul', [x.name, along(s)]);
  tape.define(node.outputs[0]!, g.node('Add', [scaled, along(t)]), x.layout);

  return (gradient) => {
    const dy = tape.lay(gradient, x.layout);
    const axes = x.dims.length === 2 ? [0] : last ? [0, 1, 2] : [0, 2, 3];
    const sum = (name: string) => sumOver(g, name, axes, x.dims.length);
    tape.flow(input, () => ({ name: g.node('Mul', [dy, along(s)]), layout: x.layout }));
    if (!tape.needs(scale) && !tape.needs(shift)) return;
    const dt = sum(dy);
    tape.flow(shift, () => plain(dt));
    tape.flow(scale, () => {
      const products = sum(g.node('Mul', [dy, x.name]));
      const centred = g.node('Sub', [products, g.node('Mul', [dt, meanName])]);
      return plain(g.node('Mul', [centred, inverseName]));
    });
  };
};
