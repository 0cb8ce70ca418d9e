/** BatchNormalization with the statistics of the batch, which the running ones follow. */
import { numberOf } from '../../graph/attributes.ts';
import { channelsAtEnd } from '../../graph/layout.ts';
import { dataTypes } from '../../graph/onnx-schema.ts';
import { plain, type Rule } from '../tape.ts';
import { sumOver } from './sum.ts';

/** How much of a batch's statistics goes into the running ones: PyTorch's `momentum`. */
const share = 0.1;

/**
 * y = scale x' + shift, with x' = (x - mean) / sqrt(variance + epsilon) over the n = N · H · W numbers of a
 * channel (Ioffe and Szegedy 2015, "Batch normalization", whose backward pass this is):
 *
 *     dx = scale / sqrt(variance + epsilon) (dy - mean(dy) - x' mean(dy x'))
 *
 * As in PyTorch the batch is normalised with its biased variance, and the running one takes the unbiased.
 */
export const batchStatisticsNormalization: Rule = (tape, node) => {
  const { g } = tape;
  const [input, scale, shift, runningMean, runningVariance] = node.inputs as readonly string[] as [
    string,
    string,
    string,
    string,
    string,
  ];
  const x = tape.value(input);
  const last = channelsAtEnd(x.layout) || x.dims.length === 2;
  const axes = x.dims.length === 2 ? [0] : last ? [0, 1, 2] : [0, 2, 3];
  /** Axis by axis: the runtime adds up one number after the other, and long sums lose digits. */
  const mean = (name: string) =>
    axes.reduceRight(
      (sum, axis) => g.node('ReduceMean', [sum], { axes: [axis], keepdims: 1 }),
      name,
    );
  const vector = (name: string) => tape.reshape(name, [-1]);
  const along = (name: string) => (last ? name : tape.reshape(name, [-1, 1, 1]));

  const center = mean(x.name);
  const centred = g.node('Sub', [x.name, center]);
  const variance = mean(g.node('Mul', [centred, centred]));
  const epsilon = g.constant(numberOf(node, 'epsilon', 1e-5));
  const deviation = g.node('Sqrt', [g.node('Add', [variance, epsilon])]);
  const normal = g.node('Div', [centred, deviation]);
  const scaled = g.node('Mul', [normal, along(tape.read(scale))]);
  tape.define(node.outputs[0]!, g.node('Add', [scaled, along(tape.read(shift))]), x.layout);

  const one = g.constant(1);
  const sizes = g.node('Gather', [g.node('Shape', [x.name]), g.constant(axes, 'int64')]);
  const n = g.node('Cast', [g.node('ReduceProd', [sizes], { keepdims: 0 })], {
    to: dataTypes.float32,
  });
  // Of a single number there is no unbiased variance: it counts as it is, which is zero.
  const others = g.node('Max', [g.node('Sub', [n, one]), one]);
  const unbiased = g.node('Mul', [vector(variance), g.node('Div', [n, others])]);
  const follow = (running: string, seen: string) => {
    const kept = g.node('Mul', [tape.read(running), g.constant(1 - share)]);
    tape.renew(running, g.node('Add', [kept, g.node('Mul', [seen, g.constant(share)])]));
  };
  follow(runningMean, vector(center));
  follow(runningVariance, unbiased);

  return (gradient) => {
    const dy = tape.lay(gradient, x.layout);
    const product = g.node('Mul', [dy, normal]);
    const total = (name: string) => sumOver(g, name, axes, x.dims.length);
    tape.flow(shift, () => plain(total(dy)));
    tape.flow(scale, () => plain(total(product)));
    tape.flow(input, () => {
      const projected = g.node('Mul', [normal, mean(product)]);
      const rest = g.node('Sub', [g.node('Sub', [dy, mean(dy)]), projected]);
      const factor = g.node('Div', [along(tape.read(scale)), deviation]);
      return { name: g.node('Mul', [rest, factor]), layout: x.layout };
    });
  };
};
