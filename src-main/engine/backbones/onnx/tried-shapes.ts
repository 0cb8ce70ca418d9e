/** Shapes of what operators give that Graft has no rule for: found by running the network. */
import type { Dims } from '../../graph/dims.ts';
import type { Graph } from '../../graph/graph.ts';
import { shapeRule } from '../../graph/shapes.ts';
import { float32, size } from '../../graph/tensor.ts';
import type { Runtime, Tensors } from '../../runtimes/runtime.ts';
import { pruned, untyped } from './simplify.ts';

/** Values whose shape no rule tells. */
const unruled = ({ nodes }: Pick<Graph, 'nodes'>): string[] =>
  nodes.flatMap(({ op, outputs }) =>
    shapeRule(op) || op === 'Split' ? [] : outputs.filter((name) => name !== ''),
  );

/**
 * States them all, whatever the file states: with one picture and with two, and what grows is the batch. Where the
 * network takes one at a time only, the batch is the first axis. What is no float32 stays unknown.
 */
export async function withTriedShapes(graph: Graph, runtime: Runtime): Promise<Graph> {
  const wanted = unruled(graph);
  if (wanted.length === 0) return graph;
  const one = await tried(graph, wanted, 1, runtime);
  const two = await tried(graph, wanted, 2, runtime).catch(() => null);
  const stated = new Map<string, Dims>();
  for (const [name, { type, dims }] of Object.entries(one)) {
    if (type !== 'float32') continue;
    const batch = two ? dims.map((dim, axis) => dim !== two[name]!.dims[axis]) : [dims[0] === 1];
    stated.set(
      name,
      dims.map((dim, axis) => (batch[axis] ? 'batch' : dim)),
    );
  }
  return { ...graph, stated };
}

async function tried(
  graph: Graph,
  wanted: readonly string[],
  pictures: number,
  runtime: Runtime,
): Promise<Tensors> {
  const [input] = graph.inputs;
  const dims = input!.dims.map((dim) => (typeof dim === 'string' ? pictures : dim));
  const session = await runtime.open(pruned({ ...graph, outputs: wanted.map(untyped) }));
  try {
    return await session.run({ [input!.name]: float32(dims, new Float32Array(size(dims))) });
  } finally {
    await session.close();
  }
}
