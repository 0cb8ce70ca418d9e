/** A step that takes its batch from features that lie on the device, instead of being brought them. */
import type { Held } from '../features/features.ts';
import type { Graph } from '../graph/graph.ts';

/** Inputs: all features, and the rows that make the batch (int64). */
export const held = { features: 'features:held', rows: 'features:rows' } as const;

/** @param input of the graph; it becomes a value inside, gathered from the rows */
export function fromRows(
  graph: Graph,
  input: string,
  dims: readonly number[],
  { count }: Held,
): Graph {
  const [batch] = graph.inputs.find(({ name }) => name === input)!.dims;
  return {
    ...graph,
    inputs: [
      { name: held.features, type: 'float32', dims: [count, ...dims] },
      { name: held.rows, type: 'int64', dims: [batch!] },
      ...graph.inputs.filter(({ name }) => name !== input),
    ],
    nodes: [
      {
        op: 'Gather',
        name: held.rows,
        inputs: [held.features, held.rows],
        outputs: [input],
        attributes: { axis: 0 },
      },
      ...graph.nodes,
    ],
  };
}
