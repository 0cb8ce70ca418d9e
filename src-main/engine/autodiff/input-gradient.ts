/** The gradient of one logit with respect to a value inside the network: for explaining, not for training. */
import { GraphBuilder } from '../graph/builder.ts';
import { ancestors } from '../graph/cut.ts';
import type { Graph, ValueInfo } from '../graph/graph.ts';
import { inferShapes } from '../graph/shapes.ts';
import { record } from './differentiate.ts';
import { plain, Tape } from './tape.ts';

/** The names of what the graph takes and gives beside the network's own. */
export const explained = {
  /** Input, N x K: 1 at the logit that is asked about, 0 elsewhere. */
  seed: 'seed',
  /** Outputs. */
  logits: 'explained.logits',
  at: 'explained.at',
  gradient: 'explained.gradient',
} as const;

/**
 * Forward and backward in one graph: it takes the network's input and `seed`, and gives the logits, the
 * value `at` and the gradient of the seeded logit with respect to it, in the value's own shape.
 *
 * @throws StudioError that names an operator without a rule between `at` and the logits
 */
export function gradientGraph(network: Graph, logits: string, at: string): Graph {
  const { nodes } = ancestors(network, [logits]);
  const shapes = inferShapes(network, nodes);
  const g = new GraphBuilder(`${network.name}:explain`, network);
  const tape = new Tape(g, network, shapes);
  for (const input of network.inputs) {
    g.input(input.name, input.dims, input.type);
    tape.define(input.name, input.name);
  }
  const dims = (name: string): ValueInfo['dims'] => tape.dims(name);
  g.input(explained.seed, dims(logits));
  tape.need(at);
  const way = record(tape, nodes, undefined, false);
  tape.flow(logits, () => plain(explained.seed));
  for (const { outputs, backward } of way) {
    const arrived = outputs.map((output) => tape.gradient(output)).find((each) => each);
    if (arrived) backward(arrived);
  }
  const gradient = tape.gradient(at);
  if (!gradient) throw new Error(`the logits of "${network.name}" do not depend on "${at}"`);
  const give = (from: string, output: string, of: string) => {
    g.node('Identity', [from], {}, { output });
    g.output(output, dims(of));
  };
  give(tape.read(logits), explained.logits, logits);
  give(tape.read(at), explained.at, at);
  give(tape.lay(gradient, 'channels-first'), explained.gradient, at);
  return g.build();
}
