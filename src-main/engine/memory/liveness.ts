/** How much a graph holds in memory while it runs, besides its inputs, outputs and parameters. */
import type { Graph } from '../graph/graph.ts';
import { valueSizes } from './value-sizes.ts';

/** Another look at the same memory. */
const views = new Set(['Dropout', 'Flatten', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze']);
/** May write over an input that nobody else wants any more. */
const inPlace = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Sqrt', 'Pow', 'Relu', 'LeakyRelu', 'Clip', 'Sigmoid'],
  ...['Tanh', 'Erf', 'Gelu', 'HardSwish', 'HardSigmoid', 'Softmax', 'LogSoftmax'],
]);

/**
 * The most bytes that intermediate values take at once: each from the node that makes it to the last that
 * reads it.
 *
 * @param batch what stands for every free dimension
 */
export function peakBytes(graph: Graph, batch: number): number {
  const sizes = valueSizes(graph, batch);
  const given = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.keys(),
    ...graph.outputs.map(({ name }) => name),
  ]);
  const roots = new Map<string, string>();
  const root = (name: string) => roots.get(name) ?? name;
  const lastUse = new Map<string, number>();
  for (const [at, node] of graph.nodes.entries()) {
    const [output] = node.outputs;
    if (views.has(node.op) && !given.has(output!)) roots.set(output!, root(node.inputs[0]!));
    for (const input of node.inputs) lastUse.set(root(input), at);
  }

  let live = 0;
  let peak = 0;
  /** What each value holds: nothing where it took over the memory of another. */
  const held = new Map<string, number>();
  for (const [at, node] of graph.nodes.entries()) {
    const dying = [...new Set(node.inputs.map(root))].filter(
      (name) => lastUse.get(name) === at && held.has(name),
    );
    for (const output of node.outputs) {
      if (output === '' || given.has(output) || roots.has(output)) continue;
      const { bytes } = sizes.get(output)!;
      const heir = inPlace.has(node.op) && dying.findIndex((name) => held.get(name) === bytes);
      if (typeof heir === 'number' && heir >= 0) {
        held.delete(dying.splice(heir, 1)[0]!);
      } else {
        live += bytes;
      }
      held.set(output, bytes);
      peak = Math.max(peak, live);
      // What nobody reads is given back at once.
      if (!lastUse.has(output)) dying.push(output);
    }
    for (const name of dying) {
      live -= held.get(name)!;
      held.delete(name);
    }
  }
  return peak;
}

/**
 * The bytes of all intermediate values together, as where none is given back before the end.
 *
 * @param batch what stands for every free dimension
 */
export function valueBytes(graph: Graph, batch: number): number {
  const sizes = valueSizes(graph, batch);
  let bytes = 0;
  for (const { op, outputs } of graph.nodes) {
    if (views.has(op)) continue;
    for (const output of outputs) bytes += sizes.get(output)?.bytes ?? 0;
  }
  return bytes;
}
