/** Shapes with a free batch, and counting with them. */
import { StudioError } from '../../../src-shared/errors.ts';
import type { Node } from './graph.ts';

/** A number, a name such as `batch`, or a multiple of one, as `12*batch`. */
export type Dim = number | string;
export type Dims = readonly Dim[];

export const refuse = (node: Node, why: string) =>
  new StudioError('refused', `${node.op} "${node.name}" ${why}.`);

export const shown = (dims: Dims) => dims.join('x') || 'scalar';

/** A dimension as a whole number of times a name; null for none. */
function parts(dim: Dim): { readonly times: number; readonly name: string | null } {
  if (typeof dim === 'number') return { times: dim, name: null };
  const star = dim.indexOf('*');
  return star < 0
    ? { times: 1, name: dim }
    : { times: Number(dim.slice(0, star)), name: dim.slice(star + 1) };
}

const whole = (times: number, name: string | null): Dim =>
  name === null || times === 0 ? times : times === 1 ? name : `${times}*${name}`;

/** The product of dimensions; undefined when more than one of them is free. */
export function product(dims: Dims): Dim | undefined {
  let times = 1;
  let name: string | null = null;
  for (const dim of dims) {
    const next = parts(dim);
    if (next.name !== null && name !== null) return undefined;
    times *= next.times;
    name ??= next.name;
  }
  return whole(times, name);
}

/** a / b where that is a dimension too; undefined otherwise. */
export function quotient(a: Dim, b: Dim): Dim | undefined {
  const [over, under] = [parts(a), parts(b)];
  const times = over.times / under.times;
  if (!Number.isInteger(times)) return undefined;
  if (under.name === null) return whole(times, over.name);
  return over.name === under.name ? times : undefined;
}

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

/** An axis counted from the end, counted from the beginning. */
export const fromStart = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);
