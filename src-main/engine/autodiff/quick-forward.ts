/** A network that nobody trains, with its convolutions computed as a training step computes them where that is quicker. */
import { GraphBuilder } from '../graph/builder.ts';
import { upTo } from '../graph/cut.ts';
import { foldBatchNorm } from '../graph/fold-batch-norm.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { follow } from '../graph/shapes.ts';
import { copy } from './differentiate.ts';
import { fitsWinograd, winogradConv } from './rules/conv-winograd.ts';
import { convolution } from './rules/convolution.ts';
import { rules } from './rules/table.ts';
import { Tape } from './tape.ts';

/** With fewer the library's own convolution is as quick. */
const fewestChannels = 128;
/**
 * To turn a kernel into the numbers that it is multiplied by takes as long as is saved for so many pixels, all pictures
 * together. (162 ns for each pair of channels, against 9 ps for each pixel; measured on a Xeon with AVX-512.)
 */
const pixelsThatPay = 18_000;
/** Operators between two such convolutions: the maps go through them as they lie. */
const between = new Set(['Add', 'MaxPool', 'Relu']);

/** Is it worth a closer look? What has no such node is not followed at all. */
function isWide({ op, inputs }: Node, { initializers }: Graph): boolean {
  const kernel = op === 'Conv' ? initializers.get(inputs[1]!) : undefined;
  if (kernel?.type !== 'float32') return false;
  const [outside, inside] = kernel.dims as readonly number[];
  return Math.min(outside!, inside!) >= fewestChannels;
}

/**
 * The same network, its values within float32's rounding, for a processor. Kernels take four times the memory, and a session
 * takes longer to open. Outputs are in the same order, under other names.
 *
 * @param pictures that will be run through it
 * @returns the graph itself where no convolution of it would be quicker, or not all of it can be followed
 */
export function quickForward(graph: Graph, pictures: number): Graph {
  if (!graph.nodes.some((node) => isWide(node, graph))) return graph;
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
    if (!isWide(node, folded)) return false;
    const c = convolution(tape, node);
    const [rows, columns] = c.window;
    return pictures * rows.output * columns.output >= pixelsThatPay && fitsWinograd(c);
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
