/**
 * The arithmetic that exporters write down to compute one shape from another, followed with a free batch:
 * Shape, Gather, Slice, Concat and their like on a handful of integers.
 */
import { numberOf } from './attributes.ts';
import { type Dim, type Dims, fromStart, product, quotient } from './dims.ts';
import type { Node, Tensor } from './graph.ts';
import { dataTypes } from './onnx-schema.ts';
import { integers, size } from './tensor.ts';

/** Integers, some of which may be `batch` or a multiple of it. */
export interface Counted {
  readonly type: 'int64' | 'int32' | 'bool';
  readonly dims: readonly number[];
  readonly values: readonly Dim[];
}

const integerTypes: readonly number[] = [dataTypes.int32, dataTypes.int64, dataTypes.bool];

/** No shape has more axes than this; what is longer is data. */
const longest = 64;

/** The integers of a constant; undefined for anything else. */
export function countOf(tensor: Tensor | undefined): Counted | undefined {
  if (!tensor || !['int64', 'int32', 'bool'].includes(tensor.type)) return undefined;
  if (size(tensor.dims) > longest) return undefined;
  return { type: tensor.type as Counted['type'], dims: tensor.dims, values: integers(tensor) };
}

type Lookup = (name: string) => Counted | undefined;
type Values = Omit<Counted, 'type'>;
type Evaluator = (node: Node, inputs: readonly Counted[]) => Values | undefined;

const vector = (values: readonly Dim[]): Values => ({ dims: [values.length], values });

function each(
  [a, b]: readonly Counted[],
  make: (left: Dim, right: Dim) => Dim | undefined,
): Values | undefined {
  const longer = a!.values.length >= b!.values.length ? a! : b!;
  if (![1, longer.values.length].includes(Math.min(a!.values.length, b!.values.length))) {
    return undefined;
  }
  const at = ({ values }: Counted, i: number) => values[values.length === 1 ? 0 : i]!;
  const values = longer.values.map((_, i) => make(at(a!, i), at(b!, i)));
  if (values.some((value) => value === undefined)) return undefined;
  return { dims: longer.dims, values: values as Dim[] };
}

const numbers = (make: (a: number, b: number) => number) => (left: Dim, right: Dim) =>
  typeof left === 'number' && typeof right === 'number' ? make(left, right) : undefined;

/** A size is never negative, so the batch equals no negative number, and itself. */
const equal = (left: Dim, right: Dim): Dim | undefined => {
  if (left === right) return 1;
  if (typeof left === 'number' && typeof right === 'number') return 0;
  return [left, right].some((dim) => typeof dim === 'number' && dim <= 0) ? 0 : undefined;
};

const evaluators: Readonly<Record<string, Evaluator>> = {
  Add: (_, inputs) =>
    each(inputs, (a, b) => (a === 0 ? b : b === 0 ? a : numbers((x, y) => x + y)(a, b))),
  Sub: (_, inputs) => each(inputs, (a, b) => (b === 0 ? a : numbers((x, y) => x - y)(a, b))),
  Mul: (_, inputs) => each(inputs, (a, b) => product([a, b])),
  Div: (_, inputs) =>
    each(inputs, (a, b) => numbers((x, y) => Math.trunc(x / y))(a, b) ?? quotient(a, b)),
  Equal: (_, inputs) => each(inputs, equal),
  Where: (_, [condition, a, b]) => {
    const chosen = condition!.values.map((value, i) => {
      const from = value === 0 ? b! : a!;
      return from.values[from.values.length === 1 ? 0 : i];
    });
    if (chosen.some((value) => value === undefined)) return undefined;
    return { dims: condition!.dims, values: chosen as Dim[] };
  },
  // As floats they are no sizes any more: dividing them, say, leaves fractions.
  Cast: (node, [x]) => (integerTypes.includes(numberOf(node, 'to', 1)) ? x : undefined),
  Identity: (_, [x]) => x,
  Concat: (_, inputs) => vector(inputs.flatMap(({ values }) => values)),
  Gather: (node, [x, at]) => {
    if (x!.dims.length !== 1 || numberOf(node, 'axis', 0) > 0) return undefined;
    const values = at!.values.map((i) => x!.values[fromStart(Number(i), x!.values.length)]!);
    return { dims: at!.dims, values };
  },
  Slice: (_, [x, starts, ends, axes, steps]) => {
    if (x!.dims.length !== 1 || (axes && axes.values[0] !== 0)) return undefined;
    if (steps && steps.values[0] !== 1) return undefined;
    return vector(x!.values.slice(Number(starts!.values[0]), Number(ends!.values[0])));
  },
  Reshape: (_, [x, to]) => {
    const dims = to!.values.map((dim) => (dim === -1 ? x!.values.length : Number(dim)));
    return size(dims) === x!.values.length ? { ...x!, dims } : undefined;
  },
  Squeeze: (_, [x]) => (x!.values.length === 1 ? { ...x!, dims: [] } : undefined),
  Unsqueeze: (_, [x]) => (x!.dims.length === 0 ? vector(x!.values) : undefined),
  ReduceProd: (node, [x]) => {
    const value = product(x!.values);
    if (value === undefined) return undefined;
    return { dims: numberOf(node, 'keepdims', 1) ? [1] : [], values: [value] };
  },
  Expand: (_, [x, to]) => {
    const [count] = to!.values;
    if (x!.values.length !== 1 || to!.values.length !== 1 || typeof count !== 'number') {
      return undefined;
    }
    return count <= longest
      ? vector(Array.from({ length: count }, () => x!.values[0]!))
      : undefined;
  },
};

/** What a node makes of integers that are known; undefined when they are not, or when it is no such node. */
export function evaluate(node: Node, shapes: readonly Dims[], known: Lookup): Counted | undefined {
  if (node.op === 'Shape') {
    const dims = shapes[0]!;
    const end = numberOf(node, 'end', dims.length);
    return { type: 'int64', ...vector(dims.slice(numberOf(node, 'start', 0), end)) };
  }
  if (node.op === 'Size') {
    const all = product(shapes[0]!);
    return all === undefined ? undefined : { type: 'int64', dims: [], values: [all] };
  }
  if (node.op === 'ConstantOfShape') return filled(node, known(node.inputs[0]!));
  const evaluator = evaluators[node.op];
  if (!evaluator) return undefined;
  const inputs: Counted[] = [];
  for (const name of node.inputs) {
    const input = known(name);
    if (!input) return undefined;
    inputs.push(input);
  }
  const result = evaluator(node, inputs);
  if (!result || result.values.length > longest) return undefined;
  return { ...result, type: typeOf(node, inputs) };
}

function typeOf(node: Node, inputs: readonly Counted[]): Counted['type'] {
  if (node.op === 'Equal') return 'bool';
  if (node.op === 'Where') return inputs[1]!.type;
  if (node.op !== 'Cast') return inputs[0]!.type;
  const to = numberOf(node, 'to', dataTypes.int64);
  return to === dataTypes.int32 ? 'int32' : to === dataTypes.bool ? 'bool' : 'int64';
}

function filled(node: Node, shape: Counted | undefined): Counted | undefined {
  const { value } = node.attributes;
  const [count] = shape?.values ?? [];
  if (shape?.values.length !== 1 || typeof count !== 'number' || count > longest) return undefined;
  const tensor = typeof value === 'object' && 'data' in value ? value : undefined;
  if (!tensor || !['int64', 'int32'].includes(tensor.type)) return undefined;
  const values = Array.from({ length: count }, () => Number(tensor.data[0]));
  return { type: tensor.type as Counted['type'], ...vector(values) };
}
