/** A network that nobody trains, with its convolutions computed as a training step computes them where that is quicker. */
import { GraphBuilder } from '../graph/builder.ts';
import { upTo } from '../graph/cut.ts';
import { foldBatchNorm } from '../graph/fold-batch-norm.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { follow } from '../graph/shapes.ts';
import { copy } from './differentiate.ts';
import { convolution } from './rules/conv.ts';
import { fitsWinograd, winogradConv } from './rules/conv-winograd.ts';
import { rules } from './rules/table.ts';
import { Tape } from './tape.ts';

/** With fewer the library's own convolution is as quick. */
const fewestChannels = 128;
/** Operators between two such convolutions: the maps go through them as they lie. */
const between = new Set(['Add', 'MaxPool', 'Relu']);

/**
 * The same network, its values within float32's rounding, for a processor that many pictures are run on: kernels take four
 * times the memory, and a session takes longer to open. Outputs are in the same order, under other names.
 *
 * @returns the graph itself where no convolution of it would be quicker, or not all of it can be followed
 */
export function quickForward(graph: Graph): Graph {
  const folded = foldBatchNorm(graph);
  const { nodes } = folded;
  const { shapes } = follow(folded, nodes, 'as far as it goes');
  if (!nodes.every(({ outputs }) => outputs.every((name) => name === '' || shapes.has(name))))
    return graph;
  const g = new GraphBuilder(graph.name, graph);
  const tape = new Tape(g, folded, shapes);
  for (const { name, dims, type } of graph.inputs) {
    g.input(name, dims, type);
    tape.define(name, name);
  }
  const isQuick = (node: Node) => {
    if (node.op !== 'Conv' || tape.frozen(node.inputs[1]!)?.type !== 'float32') return false;
    const c = convolution(tape, node);
    return fitsWinograd(c) && Math.min(c.inside, c.outside) >= fewestChannels;
  };
  if (!nodes.some(isQuick)) return graph;
  const isTurned = (name: string) => tape.value(name).layout !== 'channels-first';
  for (const node of nodes) {
    if (isQuick(node)) winogradConv(tape, convolution(tape, node));
    else if (between.has(node.op) && node.inputs.some(isTurned)) rules[node.op]!(tape, node);
    else copy(tape, node);
  }
  for (const { name, dims, type } of graph.outputs) {
    const output = g.fresh(`${name}:out`);
    g.output(g.node('Identity', [tape.read(name)], {}, { output }), dims, type);
  }
  const quick = g.build();
  return upTo(quick, quick.outputs); // what only a gradient would need is left out
}
