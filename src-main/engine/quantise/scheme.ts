/** Which nodes of a network compute with 8-bit integers, and which of its values are held so. */
import { numberOf } from '../graph/attributes.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { usesOf } from '../graph/uses.ts';

/** Layers (convolutions and fully connected ones) that stay in float32. */
export const floatLayers = ['none', 'first', 'first and last'] as const;
export type FloatLayers = (typeof floatLayers)[number];

export interface Scheme {
  /** They read and give quantised values. All others stay in float32. */
  readonly nodes: ReadonlySet<Node>;
  /** Values of the network that are held as integers. */
  readonly values: ReadonlySet<string>;
  /** Values that only move the numbers of another one: they have its scale. */
  readonly sameAs: ReadonlyMap<string, string>;
  /** ReLU or clip that the range of the layer before it does as well, by that layer's own output. */
  readonly fused: ReadonlyMap<string, Node>;
}

/** They give numbers that they got, in other places. */
const moving: readonly string[] = ['MaxPool', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze'];

export function schemeOf(graph: Graph, inFloat: FloatLayers): Scheme {
  const layers = graph.nodes.filter((node) => isLayer(graph, node));
  const kept = new Set<Node>();
  if (inFloat !== 'none') kept.add(layers[0]!);
  if (inFloat === 'first and last') kept.add(layers.at(-1)!);
  const uses = usesOf(graph);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const nodes = new Set<Node>();
  const values = new Set<string>();
  const sameAs = new Map<string, string>();
  const fused = new Map<string, Node>();
  /** The layer or sum that makes a value and takes no activation yet. */
  const open = new Set<string>();
  for (const node of graph.nodes) {
    const [x] = node.inputs;
    const [y] = node.outputs;
    if (isLayer(graph, node) && !kept.has(node)) {
      nodes.add(node);
      values.add(x!).add(y!);
      open.add(y!);
    } else if (joins(graph, node, values)) {
      nodes.add(node);
      for (const value of [...node.inputs, y!]) values.add(value);
      open.add(y!);
    } else if (moving.includes(node.op) && values.has(x!)) {
      nodes.add(node);
      values.add(y!);
      sameAs.set(y!, x!);
    } else if (open.has(x!) && isBounded(graph, node) && uses.get(x!) === 1 && !outputs.has(x!)) {
      fused.set(x!, node);
      open.delete(x!);
      values.delete(x!);
      values.add(y!);
    }
  }
  return { nodes, values, sameAs, fused };
}

/** A convolution of maps, or a fully connected layer, with weights that are known. */
function isLayer({ initializers }: Graph, node: Node): boolean {
  const [x, weight, bias] = node.inputs;
  const w = initializers.get(weight ?? '');
  if (w?.type !== 'float32' || initializers.has(x!)) return false;
  if (bias && initializers.get(bias)?.type !== 'float32') return false;
  if (node.op === 'Conv') return w.dims.length === 4;
  return (
    node.op === 'Gemm' &&
    initializers.get(bias ?? '')?.dims.length === 1 &&
    numberOf(node, 'transA', 0) === 0 &&
    numberOf(node, 'alpha', 1) === 1 &&
    numberOf(node, 'beta', 1) === 1
  );
}

/** A sum or a concatenation of maps, one of which is quantised already. */
function joins({ initializers }: Graph, { op, inputs }: Node, values: ReadonlySet<string>) {
  if (inputs.some((input) => initializers.has(input))) return false;
  if (op === 'Add') return inputs.some((input) => values.has(input));
  return op === 'Concat' && inputs.every((input) => values.has(input));
}

/** A ReLU, or a clip from 0 on: numbers below 0 become 0, which a range from 0 does too. */
function isBounded({ initializers }: Graph, { op, inputs, attributes }: Node): boolean {
  if (op === 'Relu') return true;
  if (op !== 'Clip' || Object.keys(attributes).length > 0) return false;
  const low = initializers.get(inputs[1] ?? '');
  const high = inputs[2] ? initializers.get(inputs[2]) : null;
  return low !== undefined && Number(low.data[0]) === 0 && high !== undefined;
}
