/** Few numbers that tell whether two groups of tensors are alike. */

import { ancestors } from '../../../src-main/engine/graph/cut.ts';
import type { Graph, Tensor } from '../../../src-main/engine/graph/graph.ts';
import { head } from '../../../src-main/engine/graph/head.ts';
import { uniform } from '../random.ts';

/** Length, and the products with two drawn vectors, of a group of tensors. */
export type Sketch = readonly number[];
export type Sketches = Readonly<Record<string, Sketch>>;

/** Sketches of each block's matrices and of its vectors: the one are much larger than the other. */
export function grouping(tail: Graph, blocks: readonly string[]) {
  const blockOf = new Map<string, string>();
  const made = new Set(tail.nodes.flatMap(({ outputs }) => outputs));
  for (const [at, output] of blocks.entries()) {
    if (!made.has(output)) continue;
    const { leaves } = ancestors(tail, [output]);
    for (const name of leaves) if (!blockOf.has(name)) blockOf.set(name, String(at));
  }
  return (tensors: readonly (readonly [string, Tensor])[]): Sketches => {
    const groups = Map.groupBy(tensors, ([name, { dims }]) => {
      const block = name === head.weight || name === head.bias ? 'head' : blockOf.get(name)!;
      return `${block} ${dims.length > 1 ? 'matrices' : 'vectors'}`;
    });
    return Object.fromEntries([...groups].map(([group, members]) => [group, sketch(members)]));
  };
}

/** How long the drawn vectors are before they are repeated: as in proof.py. */
const period = 4093;

function sketch(tensors: readonly (readonly [string, Tensor])[]): Sketch {
  let squares = 0;
  const products = [0, 0];
  for (const [name, { data }] of tensors) {
    const along = [1, 2].map((k) => uniform(`${name}/along${k}`, period));
    for (let start = 0; start < data.length; start += period) {
      const end = Math.min(data.length, start + period);
      for (let i = start, j = 0; i < end; i++, j++) {
        const value = data[i] as number;
        squares += value * value;
        products[0]! += value * along[0]![j]!;
        products[1]! += value * along[1]![j]!;
      }
    }
  }
  return [Math.sqrt(squares), ...products];
}
