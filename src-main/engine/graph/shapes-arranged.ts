/** Shapes of values whose numbers are moved, repeated, picked or left out. */
import { numberOf, numbersOf } from './attributes.ts';
import {
  broadcast,
  type Dim,
  type Dims,
  fromStart,
  product,
  quotient,
  refuse,
  shown,
} from './dims.ts';
import type { Node } from './graph.ts';
import type { Integers, ShapeRule } from './shapes.ts';

const known = (values: readonly Dim[] | undefined): readonly number[] | undefined =>
  values?.every((value) => typeof value === 'number') ? (values as readonly number[]) : undefined;

/** The axes that a node names in its attribute or its second input; all of them when it names none. */
export function axesOf(node: Node, rank: number, integers: Integers): readonly number[] {
  const named = numbersOf(node, 'axes', null) ?? known(integers(node.inputs[1] ?? ''));
  if (!named && node.inputs[1]) throw refuse(node, 'has axes that are computed');
  const axes = named?.map((axis) => fromStart(axis, rank));
  return axes && axes.length > 0 ? axes : Array.from({ length: rank }, (_, i) => i);
}

export interface SliceOf {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  /** How many are taken. */
  readonly count: number;
}

/** What a Slice takes, along those axes that do not stay whole; undefined when that is computed. */
export function slicesOf(node: Node, dims: Dims, integers: Integers): SliceOf[] | undefined {
  const list = (at: number, name: string) =>
    numbersOf(node, name, null) ?? known(integers(node.inputs[at] ?? ''));
  const [starts, ends] = [list(1, 'starts'), list(2, 'ends')];
  if (!starts || !ends) return undefined;
  if ((node.inputs[3] && !list(3, 'axes')) || (node.inputs[4] && !list(4, 'steps')))
    return undefined;
  const axes = list(3, 'axes') ?? starts.map((_, i) => i);
  const steps = list(4, 'steps') ?? starts.map(() => 1);
  return axes.flatMap((each, i) => {
    const axis = fromStart(each, dims.length);
    const [from, to, step] = [starts[i]!, ends[i]!, steps[i]!];
    const length = dims[axis]!;
    if (typeof length === 'string') {
      if (from === 0 && to >= 2 ** 31 - 1 && step === 1) return [];
      throw refuse(node, 'would take a part of the batch');
    }
    const held = (at: number, low: number, high: number) =>
      Math.min(Math.max(at < 0 ? at + length : at, low), high);
    const start = step > 0 ? held(from, 0, length) : held(from, 0, length - 1);
    const end = step > 0 ? held(to, 0, length) : held(to, -1, length - 1);
    const count = Math.max(0, Math.ceil((end - start) / step));
    return start === 0 && step === 1 && count === length ? [] : [{ axis, start, step, count }];
  });
}

/** How long each of the parts of a Split is. */
export function splitSizes(node: Node, dims: Dims, integers: Integers): readonly number[] {
  const given = numbersOf(node, 'split', null) ?? known(integers(node.inputs[1] ?? ''));
  if (given) return given;
  const length = dims[fromStart(numberOf(node, 'axis', 0), dims.length)];
  if (typeof length !== 'number') throw refuse(node, 'would split the batch');
  const each = Math.ceil(length / node.outputs.length);
  return node.outputs.map((_, i) => Math.min(each, length - i * each));
}

const flatten: ShapeRule = (node, [x]) => {
  const at = fromStart(numberOf(node, 'axis', 1), x!.length);
  const [rows, columns] = [product(x!.slice(0, at)), product(x!.slice(at))];
  if (rows !== undefined && columns !== undefined) return [rows, columns];
  throw refuse(node, `would mix free dimensions of ${shown(x!)}`);
};

const reshape: ShapeRule = (node, [x], integers) => {
  const target = integers(node.inputs[1]!);
  if (!target) throw refuse(node, 'has a shape that is computed, which Graft cannot follow');
  const keep = numberOf(node, 'allowzero', 0) === 0;
  const dims: Dim[] = target.map((dim, i) => (dim === 0 && keep ? x![i]! : dim));
  const open = dims.indexOf(-1);
  if (open < 0) return dims;
  const [all, others] = [product(x!), product(dims.toSpliced(open, 1))];
  const rest = all !== undefined && others !== undefined ? quotient(all, others) : undefined;
  if (rest === undefined) throw refuse(node, `cannot give ${shown(x!)} the shape ${shown(target)}`);
  return dims.with(open, rest);
};

const transpose: ShapeRule = (node, [x]) => {
  const order = numbersOf(node, 'perm', null) ?? x!.map((_, i) => x!.length - 1 - i);
  return order.map((axis) => x![axis]!);
};

const squeeze: ShapeRule = (node, [x], integers) => {
  const named = numbersOf(node, 'axes', null) ?? known(integers(node.inputs[1] ?? ''));
  const gone = named?.map((axis) => fromStart(axis, x!.length));
  return x!.filter((dim, i) => (gone ? !gone.includes(i) : dim !== 1));
};

const unsqueeze: ShapeRule = (node, [x], integers) => {
  const named = numbersOf(node, 'axes', null) ?? known(integers(node.inputs[1] ?? ''));
  if (!named) throw refuse(node, 'has axes that are computed');
  const rank = x!.length + named.length;
  const added = named.map((axis) => fromStart(axis, rank));
  const rest = [...x!];
  return Array.from({ length: rank }, (_, i) => (added.includes(i) ? 1 : rest.shift()!));
};

const expand: ShapeRule = (node, [x], integers) => {
  const target = integers(node.inputs[1]!);
  if (!target) throw refuse(node, 'has a shape that is computed, which Graft cannot follow');
  return broadcast(node, x!, target);
};

const reduce: ShapeRule = (node, [x], integers) => {
  const gone = axesOf(node, x!.length, integers);
  const kept = numberOf(node, 'keepdims', 1) === 1;
  return x!.flatMap((dim, i) => (gone.includes(i) ? (kept ? [1] : []) : [dim]));
};

const concat: ShapeRule = (node, inputs) => {
  const first = inputs[0]!;
  const at = fromStart(numberOf(node, 'axis', 0), first.length);
  const parts = inputs.map((dims) => dims[at]);
  if (!parts.every((part) => typeof part === 'number')) {
    throw refuse(node, 'would join along a dimension that is not known');
  }
  const other = inputs.find((dims) => dims.some((dim, i) => i !== at && dim !== first[i]));
  if (other) throw refuse(node, `cannot join ${shown(first)} and ${shown(other)}`);
  return first.with(
    at,
    (parts as number[]).reduce((a, b) => a + b, 0),
  );
};

const slice: ShapeRule = (node, [x], integers) => {
  const slices = slicesOf(node, x!, integers);
  if (!slices) throw refuse(node, 'takes a part that is computed, which Graft cannot follow');
  return slices.reduce<Dims>((dims, { axis, count }) => dims.with(axis, count), x!);
};

const gather: ShapeRule = (node, [x, at]) => {
  const axis = fromStart(numberOf(node, 'axis', 0), x!.length);
  return x!.toSpliced(axis, 1, ...at!);
};

const pad: ShapeRule = (node, [x], integers) => {
  const pads = numbersOf(node, 'pads', null) ?? known(integers(node.inputs[1] ?? ''));
  if (!pads || node.inputs[3]) throw refuse(node, 'has paddings that Graft cannot follow');
  return x!.map((dim, i) => {
    const more = pads[i]! + pads[i + x!.length]!;
    if (more === 0) return dim;
    if (typeof dim === 'string') throw refuse(node, 'would pad the batch');
    return dim + more;
  });
};

export const arranged = {
  Concat: concat,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Pad: pad,
  ReduceMax: reduce,
  ReduceMean: reduce,
  ReduceMin: reduce,
  ReduceProd: reduce,
  ReduceSum: reduce,
  Reshape: reshape,
  Slice: slice,
  Squeeze: squeeze,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
} as const satisfies Readonly<Record<string, ShapeRule>>;
