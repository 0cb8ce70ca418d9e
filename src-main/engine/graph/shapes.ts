/** Shape inference with a free batch: the shapes that cutting and differentiating need to know. */
import { StudioError } from '../../../src-shared/errors.ts';
import { numberOf, numbersOf } from './attributes.ts';
import type { Graph, Node } from './graph.ts';
import { integers } from './tensor.ts';
import { windowOf } from './window.ts';

/** A dimension is a number, or a name such as `batch`. */
export type Dims = readonly (number | string)[];
export type Shapes = ReadonlyMap<string, Dims>;

/** The constant integers behind a value: a target shape, axes. */
type Integers = (name: string) => readonly number[] | undefined;
type Rule = (node: Node, inputs: readonly Dims[], integers: Integers) => Dims;

const refuse = (node: Node, why: string) =>
  new StudioError('refused', `${node.op} "${node.name}" ${why}.`);

const shown = (dims: Dims) => dims.join('x') || 'scalar';

/** Height and width of an N x C x H x W value; throws a StudioError when it has no such shape. */
export function mapOf(node: Node, dims: Dims): readonly [number, number] {
  const [, , height, width] = dims;
  if (dims.length === 4 && typeof height === 'number' && typeof width === 'number') {
    return [height, width];
  }
  throw refuse(node, `needs maps of a known size and gets ${shown(dims)}`);
}

/** The shape that two values have together when the smaller one is repeated, as ONNX and numpy do it. */
export function broadcast(node: Node, a: Dims, b: Dims): Dims {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw refuse(node, `cannot bring ${shown(a)} and ${shown(b)} together`);
  });
}

/** The product of dimensions of which at most one is free; a free one times 1 is itself. */
function product(node: Node, dims: Dims): number | string {
  const known = dims.filter((dim) => typeof dim === 'number').reduce((a, b) => a * b, 1);
  const free = dims.filter((dim) => typeof dim === 'string');
  if (free.length === 0) return known;
  if (free.length === 1 && known === 1) return free[0]!;
  throw refuse(node, `would mix the batch with other dimensions of ${shown(dims)}`);
}

const same: Rule = (_, [x]) => x!;
const together: Rule = (node, [a, b]) => broadcast(node, a!, b!);

const pool: Rule = (node, [x]) => {
  const [rows, columns] = windowOf(node, mapOf(node, x!));
  return [x![0]!, x![1]!, rows.output, columns.output];
};

const conv: Rule = (node, [x, w]) => {
  const [, , ...kernel] = w as readonly number[];
  const [rows, columns] = windowOf(node, mapOf(node, x!), kernel);
  const groups = numberOf(node, 'group', 1);
  if (x![1] !== (w![1] as number) * groups) {
    throw refuse(
      node,
      `has weights of ${shown(w!)} in ${groups} group(s) for an input of ${shown(x!)}`,
    );
  }
  return [x![0]!, w![0]!, rows.output, columns.output];
};

const matmul: Rule = (node, [a, b]) => {
  if (a!.length < 2 || b!.length < 2 || a!.at(-1) !== b!.at(-2)) {
    throw refuse(node, `cannot multiply ${shown(a!)} by ${shown(b!)}`);
  }
  return [...broadcast(node, a!.slice(0, -2), b!.slice(0, -2)), a!.at(-2)!, b!.at(-1)!];
};

const gemm: Rule = (node, [a, b]) => {
  const turned = (dims: Dims, by: string) => (numberOf(node, by, 0) ? [dims[1]!, dims[0]!] : dims);
  return matmul(node, [turned(a!, 'transA'), turned(b!, 'transB')], () => undefined);
};

const flatten: Rule = (node, [x]) => {
  const axis = numberOf(node, 'axis', 1);
  const at = axis < 0 ? axis + x!.length : axis;
  return [product(node, x!.slice(0, at)), product(node, x!.slice(at))];
};

const reshape: Rule = (node, [x], integers) => {
  const target = integers(node.inputs[1]!);
  if (!target) throw refuse(node, 'has a shape that is computed, which Graft cannot follow');
  const keep = numberOf(node, 'allowzero', 0) === 0;
  const dims: (number | string)[] = target.map((dim, i) => (dim === 0 && keep ? x![i]! : dim));
  const open = dims.indexOf(-1);
  if (open < 0) return dims;
  // What is on both sides cancels; the rest must be known.
  const from = [...x!];
  for (const dim of dims) {
    const at = typeof dim === 'string' ? from.indexOf(dim) : -1;
    if (at >= 0) from.splice(at, 1);
  }
  const others = dims.filter((dim) => typeof dim === 'number' && dim !== -1) as number[];
  const rest = others.reduce((a, b) => a * b, 1);
  const known = from.filter((dim) => typeof dim === 'number').reduce((a, b) => a * b, 1);
  const free = from.filter((dim) => typeof dim === 'string');
  if (free.length > 1 || known % rest !== 0 || (free.length === 1 && known !== rest)) {
    throw refuse(node, `cannot give ${shown(x!)} the shape ${target.join('x')}`);
  }
  dims[open] = free[0] ?? known / rest;
  return dims;
};

const transpose: Rule = (node, [x]) => {
  const order = numbersOf(node, 'perm', null) ?? x!.map((_, i) => x!.length - 1 - i);
  return order.map((axis) => x![axis]!);
};

const reduce: Rule = (node, [x], integers) => {
  const axes =
    numbersOf(node, 'axes', null) ?? integers(node.inputs[1] ?? '') ?? x!.map((_, i) => i);
  const gone = new Set(axes.map((axis) => (axis < 0 ? axis + x!.length : axis)));
  const kept = numberOf(node, 'keepdims', 1) === 1;
  return x!.flatMap((dim, i) => (gone.has(i) ? (kept ? [1] : []) : [dim]));
};

const concat: Rule = (node, inputs) => {
  const first = inputs[0]!;
  const axis = numberOf(node, 'axis', 0);
  const at = axis < 0 ? axis + first.length : axis;
  const parts = inputs.map((dims) => dims[at]);
  if (!parts.every((part) => typeof part === 'number')) {
    throw refuse(node, 'would join along a dimension that is not known');
  }
  return first.with(
    at,
    (parts as number[]).reduce((a, b) => a + b, 0),
  );
};

const pad: Rule = (node, [x], integers) => {
  const pads = numbersOf(node, 'pads', null) ?? integers(node.inputs[1] ?? '');
  if (!pads || node.inputs[3]) throw refuse(node, 'has paddings that Graft cannot follow');
  return x!.map((dim, i) => {
    const more = pads[i]! + pads[i + x!.length]!;
    if (more === 0) return dim;
    if (typeof dim === 'string') throw refuse(node, 'would pad the batch');
    return dim + more;
  });
};

const rules: Readonly<Record<string, Rule>> = {
  Add: together,
  AveragePool: pool,
  BatchNormalization: same,
  Cast: same,
  Clip: same,
  Concat: concat,
  Conv: conv,
  Div: together,
  Dropout: same,
  Erf: same,
  Flatten: flatten,
  Gelu: same,
  Gemm: gemm,
  GlobalAveragePool: (_, [x]) => [x![0]!, x![1]!, ...x!.slice(2).map(() => 1)],
  HardSigmoid: same,
  HardSwish: same,
  Identity: same,
  LayerNormalization: same,
  LeakyRelu: same,
  LogSoftmax: same,
  MatMul: matmul,
  MaxPool: pool,
  Mul: together,
  Pad: pad,
  Pow: together,
  ReduceMean: reduce,
  ReduceSum: reduce,
  Relu: same,
  Reshape: reshape,
  Sigmoid: same,
  Softmax: same,
  Sqrt: same,
  Sub: together,
  Tanh: same,
  Transpose: transpose,
};

/**
 * The shape of every input, initializer and value that the nodes make, by name.
 * @param nodes those to follow, in their order.
 * Throws a StudioError that names an operator whose shape is not known, or a node whose inputs do not fit.
 */
export function inferShapes(graph: Graph, nodes: readonly Node[] = graph.nodes): Shapes {
  const shapes = new Map<string, Dims>();
  for (const { name, dims } of graph.inputs) shapes.set(name, dims);
  for (const [name, { dims }] of graph.initializers) shapes.set(name, dims);
  const constants: Integers = (name) => {
    const tensor = graph.initializers.get(name);
    return tensor && integers(tensor);
  };
  for (const node of nodes) {
    const rule = rules[node.op];
    if (!rule) throw refuse(node, 'is an operator that Graft does not know');
    const inputs = node.inputs.map((name) => shapes.get(name) ?? []);
    shapes.set(node.outputs[0]!, rule(node, inputs, constants));
  }
  return shapes;
}
