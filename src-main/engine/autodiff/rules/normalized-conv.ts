/**
 * A convolution and the normalisation with frozen statistics behind it, as one convolution with other
 * kernels: y = s (W * x + b) + t = (s W) * x + (s b + t). Where kernels are smaller than maps, a product and a
 * sum over the maps of each become ones over the kernels, forward and back.
 */
import type { Node } from '../../graph/graph.ts';
import { usesOf } from '../../graph/uses.ts';
import { type Backward, plain, type Tape } from '../tape.ts';
import { conv } from './conv.ts';
import { normalizationOf } from './normalization.ts';
import { sumOver } from './sum.ts';

/** Pictures of a batch, for which the two are weighed. */
const usualBatch = 16;

/** For each channel of the output: are there fewer numbers in its kernel than in its maps? */
function smallerThanMaps(tape: Tape, { inputs, outputs }: Node): boolean {
  const [, ...kernel] = tape.dims(inputs[1]!) as readonly number[];
  const [, , ...map] = tape.dims(outputs[0]!) as readonly number[];
  const product = (numbers: readonly number[]) => numbers.reduce((a, b) => a * b, 1);
  return product(kernel) <= usualBatch * product(map);
}

/** Of each convolution with small kernels that nothing reads but a normalisation, that normalisation. */
export function normalizedConvs(tape: Tape, nodes: readonly Node[]): ReadonlyMap<Node, Node> {
  const uses = usesOf({ nodes, outputs: [] });
  const convs = new Map(
    nodes.filter(({ op }) => op === 'Conv').map((node) => [node.outputs[0]!, node]),
  );
  return new Map(
    nodes.flatMap((norm) => {
      const node = norm.op === 'BatchNormalization' ? convs.get(norm.inputs[0]!) : undefined;
      const isPair =
        node &&
        uses.get(node.outputs[0]!) === 1 &&
        smallerThanMaps(tape, node) &&
        [node.inputs[1]!, norm.inputs[1]!].some((name) => tape.needs(name));
      return isPair ? [[node, norm] as const] : [];
    }),
  );
}

/** Writes both and defines the output of the normalisation. Throws like `batchNormalization`. */
export function normalizedConv(tape: Tape, node: Node, norm: Node): Backward {
  const { g } = tape;
  const [input, weight, bias] = node.inputs as [string, string, string | undefined];
  const [, scale, shift] = norm.inputs as [string, string, string];
  const [output] = norm.outputs as [string];
  const { mean, inverse, s, t } = normalizationOf(tape, norm);

  const kernels = tape.value(weight);
  const last = kernels.layout === 'taps-first';
  const along = (name: string) => (last ? name : tape.reshape(name, [-1, 1, 1, 1]));
  const scaled = tape.introduce(`${output}:kernels`, {
    ...kernels,
    name: g.node('Mul', [kernels.name, along(s)]),
  });
  const shifted = tape.introduce(`${output}:bias`, {
    name: bias ? g.node('Add', [g.node('Mul', [s, tape.read(bias)]), t]) : t,
    dims: tape.dims(shift),
    layout: 'channels-first',
  });
  if ([weight, scale].some((name) => tape.needs(name))) tape.need(scaled);
  if ([scale, shift, bias].some((name) => tape.needs(name))) tape.need(shifted);
  const back = conv(tape, { ...node, inputs: [input, scaled, shifted], outputs: [output] });

  return (gradient) => {
    back(gradient);
    const dKernels = tape.gradient(scaled);
    const dt = tape.gradient(shifted)?.name;
    const dScaled = () => tape.lay(dKernels!, kernels.layout);
    tape.flow(weight, () => ({
      name: g.node('Mul', [dScaled(), along(s)]),
      layout: kernels.layout,
    }));
    tape.flow(shift, () => plain(dt!));
    if (bias) tape.flow(bias, () => plain(g.node('Mul', [dt!, s])));
    tape.flow(scale, () => {
      const axes = last ? [0, 1, 2] : [1, 2, 3];
      const products = sumOver(g, g.node('Mul', [dScaled(), kernels.name]), axes, 4);
      const centre = bias ? g.node('Sub', [mean, tape.read(bias)]) : mean;
      const centred = g.node('Sub', [products, g.node('Mul', [dt!, centre])]);
      return plain(g.node('Mul', [centred, inverse]));
    });
  };
}
