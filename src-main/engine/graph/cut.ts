/** Dividing a network in two: the trunk, which stays frozen, and the tail, which is trained. */
import { StudioError } from '../../../src-shared/errors.ts';
import type { Graph, Node, Tensor } from './graph.ts';
import { inferShapes } from './shapes.ts';

/** The nodes behind some values, in their order, and the names at which they end. */
export function ancestors(
  graph: Graph,
  values: readonly string[],
  stop: ReadonlySet<string> = new Set(),
): { readonly nodes: readonly Node[]; readonly leaves: ReadonlySet<string> } {
  const wanted = new Set(values.filter((value) => !stop.has(value)));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => wanted.has(output))) continue;
    nodes.push(node);
    for (const output of node.outputs) wanted.delete(output);
    for (const input of node.inputs) if (input !== '' && !stop.has(input)) wanted.add(input);
  }
  return { nodes: nodes.reverse(), leaves: wanted };
}

function only(
  initializers: Graph['initializers'],
  names: ReadonlySet<string>,
): Map<string, Tensor> {
  return new Map(Array.from(initializers).filter(([name]) => names.has(name)));
}

/** What some values need of a graph, which become its outputs. */
export function upTo(graph: Graph, outputs: Graph['outputs']): Graph {
  const { nodes, leaves } = ancestors(
    graph,
    outputs.map(({ name }) => name),
  );
  return { ...graph, outputs, nodes, initializers: only(graph.initializers, leaves) };
}

/**
 * Cuts at a value: the trunk gives it, the tail takes it as its only input and gives the graph's outputs.
 * Initializers go where they are used. Throws a StudioError when the graph has no such value, or when
 * the tail would need something else of the trunk as well.
 */
export function cut(graph: Graph, value: string): { readonly trunk: Graph; readonly tail: Graph } {
  const exists =
    graph.inputs.some((input) => input.name === value) ||
    graph.nodes.some((node) => node.outputs.includes(value));
  if (!exists) {
    throw new StudioError(
      'not-found',
      `The network "${graph.name}" has no value "${value}" to cut at.`,
    );
  }
  const before = ancestors(graph, [value]);
  const outputs = graph.outputs.map((output) => output.name);
  const after = ancestors(graph, outputs, new Set([value]));
  const bypass = graph.inputs.find((input) => input.name !== value && after.leaves.has(input.name));
  if (bypass) {
    throw new StudioError(
      'refused',
      `The network "${graph.name}" cannot be cut at "${value}": another path leads past it from "${bypass.name}" to the output.`,
    );
  }
  const border = {
    name: value,
    type: 'float32',
    dims: inferShapes(graph, before.nodes).get(value) ?? [],
  } as const;
  const trunk: Graph = {
    ...graph,
    inputs: graph.inputs.filter((input) => before.leaves.has(input.name)),
    outputs: [border],
    nodes: before.nodes,
    initializers: only(graph.initializers, before.leaves),
  };
  const tail: Graph = {
    ...graph,
    inputs: [border],
    nodes: after.nodes,
    initializers: only(graph.initializers, after.leaves),
  };
  return { trunk, tail };
}
