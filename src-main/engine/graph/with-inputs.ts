import type { Graph } from './graph.ts';

/** The same graph with some of its initializers as inputs, after those that it has. */
export function withInputs(graph: Graph, names: readonly string[]): Graph {
  const initializers = new Map(graph.initializers);
  const added = names.map((name) => {
    const { type, dims } = initializers.get(name)!;
    initializers.delete(name);
    return { name, type, dims };
  });
  return { ...graph, inputs: [...graph.inputs, ...added], initializers };
}
