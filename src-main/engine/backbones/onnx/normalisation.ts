/** The normalisation that a graph begins with, and what it says of the values that it expects. */
import type { Graph, Node, Tensor } from '../../graph/graph.ts';
import { floats, size } from '../../graph/tensor.ts';

export type Triple = readonly [number, number, number];

export interface Normalisation {
  readonly mean: Triple;
  readonly std: Triple;
}

/** value · scale + shift, for each channel. */
interface Affine {
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

/** A constant as one number a channel; undefined when it is none. @param axis of the channels */
function perChannel(tensor: Tensor | undefined, axis: number): readonly number[] | undefined {
  if (tensor?.type !== 'float32') return undefined;
  const values = floats(tensor, 'a constant');
  if (size(tensor.dims) === 1) return [values[0]!, values[0]!, values[0]!];
  const fromEnd = 4 - axis;
  const fits = tensor.dims.every((dim, i) => dim === (tensor.dims.length - i === fromEnd ? 3 : 1));
  return fits && values.length === 3 ? [...values] : undefined;
}

function applied(
  node: Node,
  graph: Graph,
  axis: number,
  value: string,
  so: Affine,
): Affine | undefined {
  const at = node.inputs[0] === value ? 1 : 0;
  const constant = perChannel(graph.initializers.get(node.inputs[at]!), axis);
  if (!constant) return undefined;
  const each = (values: readonly number[], make: (v: number, c: number) => number) =>
    values.map((v, i) => make(v, constant[i]!));
  switch (node.op) {
    case 'Add':
      return { ...so, shift: each(so.shift, (v, c) => v + c) };
    case 'Sub':
      return at === 1 ? { ...so, shift: each(so.shift, (v, c) => v - c) } : undefined;
    case 'Mul':
      return { scale: each(so.scale, (v, c) => v * c), shift: each(so.shift, (v, c) => v * c) };
    case 'Div':
      return at === 1
        ? { scale: each(so.scale, (v, c) => v / c), shift: each(so.shift, (v, c) => v / c) }
        : undefined;
    default:
      return undefined;
  }
}

/** Below this a number is multiplied by so little that values up to 255 must be meant. */
const smallScale = 0.1;

/**
 * Takes a leading chain of Sub, Div, Mul and Add off the graph's only input, and says as what it counts on
 * values from 0 to 1. Scales below a tenth mean that the graph took values from 0 to 255.
 */
export function withoutNormalisation(graph: Graph): { graph: Graph; found: Normalisation | null } {
  let value = graph.inputs[0]!.name;
  let axis = 1;
  let so: Affine = { scale: [1, 1, 1], shift: [0, 0, 0] };
  const before: Node[] = [];
  let changed = false;
  for (;;) {
    const readers = graph.nodes.filter(({ inputs }) => inputs.includes(value));
    const [node] = readers;
    if (readers.length !== 1 || !node) break;
    if (node.op === 'Transpose' || (node.op === 'Cast' && node.attributes.to === 1)) {
      if (node.op === 'Transpose') axis = (node.attributes.perm as number[]).indexOf(axis);
      before.push(node);
    } else {
      const next = applied(node, graph, axis, value, so);
      if (!next) break;
      so = next;
      changed = true;
      before.push({ ...node, op: 'Identity', inputs: [value], attributes: {} });
    }
    value = node.outputs[0]!;
  }
  if (!changed) return { graph, found: null };
  const replaced = new Map(before.map((node) => [node.outputs[0]!, node]));
  const nodes = graph.nodes.map((node) => replaced.get(node.outputs[0]!) ?? node);
  const largest = so.scale.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  const range = largest < smallScale ? 255 : 1;
  const std = so.scale.map((scale) => 1 / (scale * range)) as unknown as Triple;
  const mean = so.shift.map((shift, i) => 0 - shift * std[i]!) as unknown as Triple;
  return { graph: { ...graph, nodes }, found: { mean, std } };
}
