/** The part of a network that a plan leaves as it is, from the picture to the features that are kept. */
import { type Backbone, imageInput } from '../backbones/backbone.ts';
import { cut } from '../graph/cut.ts';
import type { Graph } from '../graph/graph.ts';
import { pooledBlocks } from './early-features.ts';
import type { Plan } from './plan.ts';

/** Null where all of it is trained. */
export function frozenPart(backbone: Backbone, planned: Plan): Graph | null {
  if (planned.kind === 'early') return pooledBlocks(backbone, planned.candidates);
  return planned.cut === imageInput ? null : cut(backbone.graph, planned.cut).trunk;
}

/**
 * Several frozen parts of one network as one graph, which computes what they share once. The outputs are those of the
 * first part, then the others'; each is computed by the very nodes, in their order, that its own part has for it.
 */
export function frozenTogether({ graph }: Backbone, parts: readonly Graph[]): Graph {
  const all = <T>(of: (part: Graph) => readonly (readonly [string, T])[]) =>
    new Map(parts.toReversed().flatMap(of));
  const outputs = all((part) => part.outputs.map((output) => [output.name, output]));
  const nodes = all((part) => part.nodes.map((node) => [node.outputs[0]!, node]));
  const places = new Map(graph.nodes.map(({ outputs: [value] }, at) => [value!, at]));
  // What the recipes add comes behind what it reads.
  const placeOf = (value: string) => places.get(value) ?? graph.nodes.length;
  return {
    ...parts[0]!,
    outputs: [...new Set(parts.flatMap((part) => part.outputs.map(({ name }) => name)))].map(
      (name) => outputs.get(name)!,
    ),
    nodes: [...nodes].toSorted(([a], [b]) => placeOf(a) - placeOf(b)).map(([, node]) => node),
    initializers: new Map(parts.flatMap(({ initializers }) => [...initializers])),
  };
}
