/**
 * Normalisations over the axes of one picture: LayerNormalization, and InstanceNormalization, which is also
 * what exporters make of GroupNorm, between two Reshapes.
 */
import { numberOf } from '../../graph/attributes.ts';
import type { Node } from '../../graph/graph.ts';
import { type Backward, plain, type Rule, type Tape } from '../tape.ts';
import { unbroadcast } from './arithmetic.ts';
import { sumOver } from './sum.ts';

interface Normalised {
  readonly input: string;
  readonly axes: readonly number[];
  /** Learned names in the forward graph, and how they lie beside the input. */
  readonly scale: string;
  readonly shift: string | undefined;
  readonly along: (name: string) => string;
  /** From the gradient beside the input back to the parameter's shape. */
  readonly collect: (name: string, parameter: string) => string;
}

/**
 * y = scale x' + shift, with x' = (x - mean) / sqrt(variance + epsilon) over the given axes (Ba et al. 2016,
 * "Layer normalization"):
 *
 *     dx = (ds - mean(ds) - x' mean(ds x')) / sqrt(variance + epsilon), with ds = dy scale
 */
function normalise(tape: Tape, node: Node, n: Normalised): Backward {
  const { g } = tape;
  const x = tape.read(n.input);
  const dims = tape.dims(n.input);
  const count = n.axes.reduce((product, axis) => product * (dims[axis] as number), 1);
  const mean = (name: string) => {
    const sum = sumOver(g, name, n.axes, dims.length, 1);
    return g.node('Mul', [sum, g.constant(1 / count)]);
  };
  const centred = g.node('Sub', [x, mean(x)]);
  const variance = mean(g.node('Mul', [centred, centred]));
  const epsilon = g.constant(numberOf(node, 'epsilon', 1e-5));
  const deviation = g.node('Sqrt', [g.node('Add', [variance, epsilon])]);
  const normal = g.node('Div', [centred, deviation]);
  const scale = n.along(tape.read(n.scale));
  const scaled = g.node('Mul', [normal, scale]);
  tape.define(
    node.outputs[0]!,
    n.shift ? g.node('Add', [scaled, n.along(tape.read(n.shift))]) : scaled,
  );
  return (gradient) => {
    const dy = tape.lay(gradient, 'channels-first');
    if (n.shift) {
      const { shift } = n;
      tape.flow(shift, () => plain(n.collect(dy, shift)));
    }
    tape.flow(n.scale, () => plain(n.collect(g.node('Mul', [dy, normal]), n.scale)));
    tape.flow(n.input, () => {
      const ds = g.node('Mul', [dy, scale]);
      const projected = g.node('Mul', [normal, mean(g.node('Mul', [ds, normal]))]);
      const rest = g.node('Sub', [g.node('Sub', [ds, mean(ds)]), projected]);
      return plain(g.node('Div', [rest, deviation]));
    });
  };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

export const layerNormalization: Rule = (tape, node) => {
  const [input, scale, shift] = node.inputs as [string, string, string | undefined];
  const dims = tape.dims(input);
  const axis = numberOf(node, 'axis', -1);
  return normalise(tape, node, {
    input,
    axes: range(axis < 0 ? axis + dims.length : axis, dims.length),
    scale,
    shift: shift || undefined,
    along: (name) => name,
    collect: (name, parameter) =>
      unbroadcast(tape, { name, dims, layout: 'channels-first' }, parameter).name,
  });
};

export const instanceNormalization: Rule = (tape, node) => {
  const { g } = tape;
  const [input, scale, shift] = node.inputs as [string, string, string];
  const dims = tape.dims(input);
  const beside = [-1, ...dims.slice(2).map(() => 1)];
  const others = [0, ...range(2, dims.length)];
  return normalise(tape, node, {
    input,
    axes: range(2, dims.length),
    scale,
    shift,
    along: (name) => tape.reshape(name, beside),
    collect: (name) => sumOver(g, name, others, dims.length),
  });
};
