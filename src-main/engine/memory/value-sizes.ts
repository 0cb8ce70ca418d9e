/** How much memory every value of a graph takes for a batch of a given size. */
import type { Dims } from '../graph/dims.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { type Counted, countOf, evaluate } from '../graph/shape-arithmetic.ts';
import { type Integers, type ShapeRule, shapeRule } from '../graph/shapes.ts';
import { size } from '../graph/tensor.ts';

const float = 4;
const int64 = 8;

/** Bytes an element, where it is not four. */
const elementBytes: Readonly<Record<string, number>> = {
  Greater: 1,
  Less: 1,
  And: 1,
  Shape: int64,
};

/** Those that a step has and a network to train has not. */
const rules: Readonly<Record<string, ShapeRule>> = {
  ConstantOfShape: (node, _, integers) => integers(node.inputs[0]!) ?? [],
  OneHot: (node, [labels], integers) => [...labels!, ...(integers(node.inputs[1]!) ?? [])],
  ReduceSumSquare: () => [],
  ScatterElements: (_, [x]) => x!,
};

/** For operators without a rule: what they make is as large as what they are given. */
const largest: ShapeRule = (_, inputs) =>
  inputs.reduce((a, b) => (size(b as number[]) > size(a as number[]) ? b : a), []);

export interface Sized {
  readonly dims: readonly number[];
  readonly bytes: number;
}

/**
 * All values by name. Shapes that Graft cannot follow are taken to be those of the inputs: this is for
 * estimates, and never fails.
 *
 * @param batch what stands for every free dimension
 */
export function valueSizes(graph: Graph, batch: number): ReadonlyMap<string, Sized> {
  const known = new Map<string, Sized>();
  const counts = new Map<string, Counted>();
  const note = (name: string, dims: Dims, each: number) => {
    const given = dims.map((dim) => (typeof dim === 'number' ? dim : batch));
    known.set(name, { dims: given, bytes: each * size(given) });
  };
  const count = (name: string) => counts.get(name) ?? countOf(graph.initializers.get(name));
  const integers: Integers = (name) => count(name)?.values;
  const tensor = (name: string) => graph.initializers.get(name);
  for (const { name, dims, type } of graph.inputs)
    note(name, dims, type === 'int64' ? int64 : float);
  for (const [name, { dims, data }] of graph.initializers) note(name, dims, data.BYTES_PER_ELEMENT);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => known.get(name)?.dims ?? []);
    const counted = evaluated(node, inputs, count);
    if (counted) counts.set(node.outputs[0]!, counted);
    const rule = rules[node.op] ?? shapeRule(node.op) ?? largest;
    const dims = counted?.dims ?? shapeOf(rule, node, inputs, integers, tensor);
    const [first, ...others] = node.outputs.filter((name) => name !== '');
    if (node.op === 'Split') {
      const share = { dims, bytes: (float * size(dims as number[])) / node.outputs.length };
      for (const output of node.outputs) known.set(output, share as Sized);
      continue;
    }
    note(first!, dims, elementBytes[node.op] ?? float);
    // The places of a MaxPool's winners.
    for (const other of others) note(other, dims, int64);
  }
  return known;
}

/** Shape arithmetic, where it can be followed. */
function evaluated(
  node: Node,
  inputs: readonly Dims[],
  count: (name: string) => Counted | undefined,
): Counted | undefined {
  try {
    return evaluate(node, inputs, count);
  } catch {
    return undefined;
  }
}

const shapeOf: (rule: ShapeRule, ...given: Parameters<ShapeRule>) => Dims = (rule, ...given) => {
  try {
    return rule(...given);
  } catch {
    return largest(...given);
  }
};
