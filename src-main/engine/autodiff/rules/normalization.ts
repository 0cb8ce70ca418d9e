/** BatchNormalization with frozen statistics: a multiplication and an addition per channel. */
import { StudioError } from '../../../../src-shared/errors.ts';
import { numberOf } from '../../graph/attributes.ts';
import type { Node } from '../../graph/graph.ts';
import { channelsAtEnd } from '../../graph/layout.ts';
import { float32, floats } from '../../graph/tensor.ts';
import { plain, type Rule, type Tape } from '../tape.ts';
import { sumOver } from './sum.ts';

interface Normalization {
  /** The running mean, and 1 / sqrt(variance + epsilon), each of C numbers. */
  readonly mean: string;
  readonly inverse: string;
  /** y = x s + t, with s = scale / sqrt(variance + epsilon) and t = shift - mean s. */
  readonly s: string;
  readonly t: string;
}

/** Writes what a normalisation multiplies by and adds. */
export function normalizationOf(tape: Tape, node: Node): Normalization {
  const { g } = tape;
  const [, scale, shift, meanOf, varianceOf] = node.inputs as [
    string,
    string,
    string,
    string,
    string,
  ];
  const [mean, variance] = [tape.frozen(meanOf), tape.frozen(varianceOf)];
  if (!mean || !variance || numberOf(node, 'training_mode', 0) !== 0) {
    throw new StudioError(
      'refused',
      `BatchNormalization "${node.name}" would learn the statistics of each batch; Graft trains around frozen ones only.`,
    );
  }
  const epsilon = numberOf(node, 'epsilon', 1e-5);
  const vector = (values: Float32Array) =>
    g.initializer(g.fresh('statistics'), float32([values.length], values));
  const inverse = vector(floats(variance, varianceOf).map((each) => 1 / Math.sqrt(each + epsilon)));
  const meanName = vector(floats(mean, meanOf));
  const s = g.node('Mul', [tape.read(scale), inverse]);
  const t = g.node('Sub', [tape.read(shift), g.node('Mul', [s, meanName])]);
  return { mean: meanName, inverse, s, t };
}

/** Frozen statistics make it a product and a sum by channel. */
export const batchNormalization: Rule = (tape, node) => {
  const { g } = tape;
  const [input, scale, shift] = node.inputs as [string, string, string];
  const { mean, inverse, s, t } = normalizationOf(tape, node);
  const x = tape.value(input);
  const last = channelsAtEnd(x.layout) || x.dims.length === 2;
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
      const centred = g.node('Sub', [products, g.node('Mul', [dt, mean])]);
      return plain(g.node('Mul', [centred, inverse]));
    });
  };
};
