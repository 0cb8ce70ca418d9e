import type { Graph } from './graph.ts';

/** How often each value is used: by nodes, and as an output of the graph. */
export function usesOf({
  nodes,
  outputs,
}: Pick<Graph, 'nodes' | 'outputs'>): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const names = [...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ name }) => name)];
  for (const name of names) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}
