/** Shape inference with a free batch: the shapes that cutting and differentiating need to know. */
import { StudioError } from '../../../src-shared/errors.ts';
import { numberOf, numbersOf } from './attributes.ts';
import { broadcast, type Dim, type Dims, fromStart, mapOf, refuse, shown } from './dims.ts';
import type { Graph, Node, Tensor } from './graph.ts';
import { type Counted, countOf, evaluate } from './shape-arithmetic.ts';
import { arranged, splitSizes } from './shapes-arranged.ts';
import { type Window, windowOf } from './window.ts';

export { broadcast, type Dims, mapOf } from './dims.ts';
export { axesOf, type SliceOf, slicesOf, splitSizes } from './shapes-arranged.ts';

export type Shapes = ReadonlyMap<string, Dims>;

/** The integers behind a value, where they are known: a target shape, axes. */
export type Integers = (name: string) => readonly Dim[] | undefined;
export type ShapeRule = (
  node: Node,
  inputs: readonly Dims[],
  integers: Integers,
  tensor: (name: string) => Tensor | undefined,
) => Dims;

const same: ShapeRule = (_, [x]) => x!;
const together: ShapeRule = (node, inputs) =>
  inputs.reduce((whole, each) => broadcast(node, whole, each));

const pool: ShapeRule = (node, [x]) => {
  const [rows, columns] = windowOf(node, mapOf(node, x!));
  return [x![0]!, x![1]!, rows.output, columns.output];
};

const globalPool: ShapeRule = (_, [x]) => [x![0]!, x![1]!, ...x!.slice(2).map(() => 1)];

const conv: ShapeRule = (node, [x, w]) => {
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

/** The window that a ConvTranspose runs backwards: its `output` is the node's input, and the reverse. */
export function transposedWindow(node: Node, x: Dims, kernel: readonly number[]): Window {
  const map = mapOf(node, x);
  if (kernel.length !== 2) throw refuse(node, 'does not work on two-dimensional maps');
  const along = (axis: 0 | 1) => {
    const at = (name: string, otherwise: number) =>
      numbersOf(node, name, null)?.[axis] ?? otherwise;
    const [stride, dilation] = [at('strides', 1), at('dilations', 1)];
    const reach = (map[axis] - 1) * stride + (kernel[axis]! - 1) * dilation + 1;
    const pads = numbersOf(node, 'pads', [0, 0, 0, 0]);
    const [before, after] = [pads[axis] ?? 0, pads[axis + 2] ?? 0];
    const input = reach + at('output_padding', 0) - before - after;
    return { kernel: kernel[axis]!, stride, dilation, before, after, input, output: map[axis] };
  };
  if (node.attributes.output_shape || (node.attributes.auto_pad ?? 'NOTSET') !== 'NOTSET') {
    throw refuse(node, 'names its output instead of its paddings, which Graft cannot follow');
  }
  return [along(0), along(1)];
}

const convTranspose: ShapeRule = (node, [x, w]) => {
  const [rows, columns] = transposedWindow(node, x!, (w as readonly number[]).slice(2));
  return [x![0]!, (w![1] as number) * numberOf(node, 'group', 1), rows.input, columns.input];
};

const matmul: ShapeRule = (node, [a, b]) => {
  if (a!.length < 2 || b!.length < 2 || a!.at(-1) !== b!.at(-2)) {
    throw refuse(node, `cannot multiply ${shown(a!)} by ${shown(b!)}`);
  }
  return [...broadcast(node, a!.slice(0, -2), b!.slice(0, -2)), a!.at(-2)!, b!.at(-1)!];
};

const gemm: ShapeRule = (node, [a, b], ...rest) => {
  const turned = (dims: Dims, by: string) => (numberOf(node, by, 0) ? [dims[1]!, dims[0]!] : dims);
  return matmul(node, [turned(a!, 'transA'), turned(b!, 'transB')], ...rest);
};

const resize: ShapeRule = (node, [x], integers, tensor) => {
  const sizes = integers(node.inputs[3] ?? '');
  if (sizes?.length === x!.length)
    return x!.map((dim, i) => (typeof dim === 'string' ? dim : sizes[i]!));
  const scales = tensor(node.inputs[2] ?? '')?.data;
  if (!scales || scales.length !== x!.length) {
    throw refuse(node, 'has a size that is computed, which Graft cannot follow');
  }
  return x!.map((dim, i) =>
    typeof dim === 'string' ? dim : Math.floor(dim * Number(scales[i]) + 1e-4),
  );
};

const rules: Readonly<Record<string, ShapeRule>> = {
  ...arranged,
  Abs: same,
  Add: together,
  And: together,
  AveragePool: pool,
  BatchNormalization: same,
  Cast: same,
  Ceil: same,
  Clip: same,
  Conv: conv,
  ConvTranspose: convTranspose,
  Div: together,
  Dropout: same,
  Elu: same,
  Equal: together,
  Erf: same,
  Exp: same,
  Floor: same,
  Gelu: same,
  Gemm: gemm,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  Greater: together,
  HardSigmoid: same,
  HardSwish: same,
  Identity: same,
  InstanceNormalization: same,
  LayerNormalization: same,
  LeakyRelu: same,
  Less: together,
  Log: same,
  LogSoftmax: same,
  MatMul: matmul,
  Max: together,
  MaxPool: pool,
  Min: together,
  Mul: together,
  Neg: same,
  Not: same,
  PRelu: same,
  Pow: together,
  Reciprocal: same,
  Relu: same,
  Resize: resize,
  Round: same,
  Selu: same,
  Shape: (_, [x]) => [x!.length],
  Sigmoid: same,
  Sign: same,
  Softmax: same,
  Softplus: same,
  Softsign: same,
  Sqrt: same,
  Sub: together,
  Tanh: same,
  Where: together,
};

/** How the shape of an operator's outputs follows; undefined where it is not known. */
export const shapeRule = (op: string): ShapeRule | undefined => rules[op];

/** What is known of the values of a graph without computing it. */
export interface Known {
  readonly shapes: Shapes;
  /** Of integers that follow from shapes, such as the target of a Reshape. */
  readonly counts: ReadonlyMap<string, Counted>;
}

/**
 * Shapes and shape arithmetic of the nodes, in their order. The shapes that the graph states itself
 * (`stated`) count for operators without a rule here.
 * Throws a StudioError that names an operator whose shape is not known, or a node whose inputs do not fit;
 * `as far as it goes` leaves such values out instead.
 */
export function follow(
  graph: Graph,
  nodes: readonly Node[] = graph.nodes,
  how: 'whole' | 'as far as it goes' = 'whole',
): Known {
  const shapes = new Map<string, Dims>();
  const counts = new Map<string, Counted>();
  for (const { name, dims } of graph.inputs) shapes.set(name, dims);
  for (const [name, { dims }] of graph.initializers) shapes.set(name, dims);
  const count = (name: string) => {
    const known = counts.get(name) ?? countOf(graph.initializers.get(name));
    if (known) counts.set(name, known);
    return known;
  };
  const integers: Integers = (name) => count(name)?.values;
  const tensor = (name: string) => graph.initializers.get(name);
  const one = (node: Node) => {
    const inputs = node.inputs.map((name) => shapes.get(name) ?? []);
    if (node.op === 'Split') {
      const axis = fromStart(numberOf(node, 'axis', 0), inputs[0]!.length);
      for (const [i, size] of splitSizes(node, inputs[0]!, integers).entries()) {
        if (node.outputs[i]) shapes.set(node.outputs[i], inputs[0]!.with(axis, size));
      }
      return;
    }
    const counted = evaluate(node, inputs, count);
    if (counted) {
      counts.set(node.outputs[0]!, counted);
      shapes.set(node.outputs[0]!, counted.dims);
      return;
    }
    const rule = rules[node.op];
    for (const output of node.outputs) {
      if (output === '') continue;
      const stated = graph.stated?.get(output);
      if (rule) shapes.set(output, rule(node, inputs, integers, tensor));
      else if (stated) shapes.set(output, stated);
      else throw refuse(node, 'is an operator that Graft does not know');
    }
  };
  for (const node of nodes) {
    if (how === 'whole') {
      one(node);
      continue;
    }
    if (!node.inputs.every((name) => name === '' || shapes.has(name))) continue;
    try {
      one(node);
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
    }
  }
  return { shapes, counts };
}

/** The shape of every input, initializer and value that the nodes make, by name; throws as `follow` does. */
export function inferShapes(graph: Graph, nodes: readonly Node[] = graph.nodes): Shapes {
  return follow(graph, nodes).shapes;
}
