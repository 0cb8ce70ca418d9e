/**
 * Brings the operators of any opset from 11 on to one: what became an input since then is one, what became
 * an input later is an attribute, and younger operators are written with older ones.
 */
import { StudioError } from '../../../../src-shared/errors.ts';
import { numberOf, numbersOf, textOf } from '../../graph/attributes.ts';
import { defaultOpset, GraphBuilder } from '../../graph/builder.ts';
import type { Attribute, Graph, Node, Tensor } from '../../graph/graph.ts';
import { float32, integers } from '../../graph/tensor.ts';

export const oldestOpset = 11;
/** Of ONNX Runtime 1.30. */
export const newestOpset = 25;

/** Operators that came after opset 17 and have no older way to be written here. */
const tooNew = new Set([
  'Attention',
  'RMSNormalization',
  'RotaryEmbedding',
  'Col2Im',
  'GridSample',
]);

type Rewrite = (g: GraphBuilder, node: Node, graph: Graph) => Node | null;

const without = (attributes: Node['attributes'], ...names: string[]) =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));

/** An attribute as the input that it became; nothing where it is one already. */
const asInput =
  (attribute: string, at: number): Rewrite =>
  (g, node) => {
    const given = numbersOf(node, attribute, null);
    if (!given) return node;
    const inputs = [...node.inputs];
    while (inputs.length < at) inputs.push('');
    inputs[at] = g.constant(given, 'int64');
    return { ...node, inputs, attributes: without(node.attributes, attribute) };
  };

/** Axes that became an input in opset 18, as the attribute that they were. */
const axesAsAttribute: Rewrite = (_, node, graph) => {
  if (!node.inputs[1]) return { ...node, inputs: node.inputs.slice(0, 1) };
  const tensor = graph.initializers.get(node.inputs[1]);
  if (!tensor) return node;
  const axes = integers(tensor);
  const attributes = without(node.attributes, 'noop_with_empty_axes');
  return { ...node, inputs: node.inputs.slice(0, 1), attributes: { ...attributes, axes } };
};

/** Until opset 13 a softmax went over all axes from the given one on; exporters meant the last. */
const softmax: Rewrite = (_, node, { opset }) =>
  opset < 13
    ? { ...node, attributes: { ...node.attributes, axis: numberOf(node, 'axis', 1) } }
    : node;

/** x Φ(x), or its approximation by tanh. */
const gelu: Rewrite = (g, node) => {
  const [x] = node.inputs as [string];
  const scoped = { name: node.name };
  const put = (op: string, inputs: string[]) => g.node(op, inputs, {}, scoped);
  const half = g.constant(0.5);
  const one = g.constant(1);
  if (textOf(node, 'approximate', 'none') === 'tanh') {
    const cube = put('Mul', [put('Mul', [x, x]), x]);
    const sum = put('Add', [x, put('Mul', [cube, g.constant(0.044715)])]);
    const gate = put('Tanh', [put('Mul', [sum, g.constant(Math.sqrt(2 / Math.PI))])]);
    const share = put('Mul', [put('Add', [gate, one]), half]);
    g.node('Mul', [x, share], {}, { ...scoped, output: node.outputs[0]! });
    return null;
  }
  const erf = put('Erf', [put('Mul', [x, g.constant(Math.SQRT1_2)])]);
  const share = put('Mul', [put('Add', [erf, one]), half]);
  g.node('Mul', [x, share], {}, { ...scoped, output: node.outputs[0]! });
  return null;
};

/** As PyTorch's exporter wrote it before there was an operator. */
const groupNormalization: Rewrite = (g, node, { initializers }) => {
  const [x, scale, shift] = node.inputs as [string, string, string];
  const groups = numberOf(node, 'num_groups', 1);
  const channels = initializers.get(scale)?.dims[0] ?? groups;
  const vector = (value: number) => g.constant(Array.from({ length: groups }, () => value));
  const grouped = g.node(
    'Reshape',
    [x, g.constant([0, groups, -1], 'int64')],
    {},
    { name: node.name },
  );
  const normal = g.node('InstanceNormalization', [grouped, vector(1), vector(0)], {
    epsilon: { float: numberOf(node, 'epsilon', 1e-5) },
  });
  const back = g.node('Reshape', [normal, g.node('Shape', [x])]);
  const along = (name: string) => g.node('Reshape', [name, g.constant([channels, 1, 1], 'int64')]);
  const scaled = g.node('Mul', [back, along(scale)], {}, { name: node.name });
  g.node('Add', [scaled, along(shift)], {}, { name: node.name, output: node.outputs[0]! });
  return null;
};

/** x sigmoid(alpha x). */
const swish: Rewrite = (g, node) => {
  const [x] = node.inputs as [string];
  const alpha = numberOf(node, 'alpha', 1);
  const gate = g.node('Sigmoid', [alpha === 1 ? x : g.node('Mul', [x, g.constant(alpha)])]);
  g.node('Mul', [x, gate], {}, { name: node.name, output: node.outputs[0]! });
  return null;
};

const mish: Rewrite = (g, node) => {
  const [x] = node.inputs as [string];
  const gate = g.node('Tanh', [g.node('Softplus', [x])]);
  g.node('Mul', [x, gate], {}, { name: node.name, output: node.outputs[0]! });
  return null;
};

/** One that was exported while training: it is used with what it has learned. */
const batchNormalization: Rewrite = (_, node) => ({
  ...node,
  outputs: node.outputs.slice(0, 1),
  attributes: without(node.attributes, 'training_mode', 'momentum', 'spatial'),
});

const bounds: Rewrite = (g, node) => {
  const limit = (name: string) =>
    node.attributes[name] === undefined ? '' : g.constant(numberOf(node, name, 0));
  if (node.attributes.min === undefined && node.attributes.max === undefined) return node;
  return { ...node, inputs: [node.inputs[0]!, limit('min'), limit('max')], attributes: {} };
};

const split: Rewrite = (g, node, graph) => {
  const rest = { ...node, attributes: without(node.attributes, 'num_outputs') };
  return asInput('split', 1)(g, rest, graph);
};

const plainResize: Rewrite = (_, node) => ({
  ...node,
  attributes: without(node.attributes, 'keep_aspect_ratio_policy', 'antialias'),
});

const rewrites: Readonly<Record<string, Rewrite>> = {
  BatchNormalization: batchNormalization,
  Clip: bounds,
  Dropout: (_, node) => ({
    ...node,
    op: 'Identity',
    inputs: node.inputs.slice(0, 1),
    outputs: node.outputs.slice(0, 1),
    attributes: {},
  }),
  Gelu: gelu,
  GroupNormalization: groupNormalization,
  LogSoftmax: softmax,
  Mish: mish,
  ReduceMax: axesAsAttribute,
  ReduceMean: axesAsAttribute,
  ReduceMin: axesAsAttribute,
  ReduceProd: axesAsAttribute,
  ReduceSum: asInput('axes', 1),
  Resize: plainResize,
  Softmax: softmax,
  Split: split,
  Squeeze: asInput('axes', 1),
  Swish: swish,
  Unsqueeze: asInput('axes', 1),
};

/** IEEE 754 half precision, of which only the bits are known. */
function fromHalf(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** What Graft computes in. */
function single(tensor: Tensor): Tensor {
  if (tensor.type === 'float16')
    return float32(tensor.dims, Float32Array.from(tensor.data as Uint16Array, fromHalf));
  if (tensor.type === 'float64')
    return float32(tensor.dims, Float32Array.from(tensor.data as Float64Array));
  return tensor;
}

const floatTypes: readonly Attribute[] = [1, 10, 11, 16];

/** Throws a StudioError for an opset that is too old or too new, or an operator that has no older form. */
export function modernise(graph: Graph): Graph {
  const { opset } = graph;
  if (opset < oldestOpset || opset > newestOpset) {
    throw new StudioError(
      'refused',
      `The model is written in ONNX opset ${opset}, and Graft reads ${oldestOpset} to ${newestOpset}: export it with opset 17.`,
    );
  }
  const g = new GraphBuilder(graph.name, { opset: defaultOpset });
  for (const input of graph.inputs) g.input(input.name, input.dims, 'float32');
  for (const [name, tensor] of graph.initializers) g.initializer(name, single(tensor));
  // Names that are still to come are not to be given to what is put before them.
  const scopes = new Map<string, Node['scope']>();
  for (const node of graph.nodes) {
    if (tooNew.has(node.op)) {
      throw new StudioError(
        'refused',
        `The operator ${node.op} ("${node.name}") came after opset ${defaultOpset}: export the model with opset ${defaultOpset}.`,
      );
    }
    if (node.scope) scopes.set(node.name, node.scope);
    const cast = node.op === 'Cast' && floatTypes.includes(node.attributes.to ?? 0);
    const given = cast ? { ...node, attributes: { to: 1 } } : node;
    const written = rewrites[node.op]?.(g, given, graph) ?? (rewrites[node.op] ? null : given);
    if (written) g.add(written);
  }
  const built = g.build();
  const taken = new Map<string, number>();
  const unique = (name: string) => {
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    return count === 1 ? name : `${name}:${count}`;
  };
  return {
    ...graph,
    opset: defaultOpset,
    inputs: built.inputs,
    initializers: built.initializers,
    nodes: built.nodes.map((node) => {
      const scope = node.scope ?? scopes.get(node.name);
      return { ...node, name: unique(node.name), ...(scope && { scope }) };
    }),
  };
}
