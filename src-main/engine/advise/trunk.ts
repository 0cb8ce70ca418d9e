/** One pass over a network that tells what the advisor measures: each block's means, and what its normalisations see. */
import type { Backbone } from '../backbones/backbone.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { ancestors, upTo } from '../graph/cut.ts';
import type { Graph } from '../graph/graph.ts';
import { inferShapes } from '../graph/shapes.ts';

/** The channels of a block's normalisations, as the network knows them from its own pictures. */
export interface Statistics {
  /** Index of the block. */
  readonly block: number;
  /** Place of its channels' means in `statistics`; those of the squares are `channels` further on. */
  readonly at: number;
  readonly channels: number;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
}

export interface Measured {
  /** One output of N x C for each block, then N x S of `statistics`, if there are any. */
  readonly graph: Graph;
  readonly statistics: readonly Statistics[];
}

/**
 * @param backbone the mean of each map of a block is the same value as early features read, so what is cached for
 * either serves both
 */
export function measuringTrunk({ graph, blocks }: Backbone): Measured {
  const shapes = inferShapes(graph, graph.nodes);
  const g = GraphBuilder.from({ ...graph, outputs: [] });
  for (const { name, output } of blocks) {
    const dims = shapes.get(output)!;
    let pooled = output;
    if (dims.length === 4) {
      const means = g.node('GlobalAveragePool', [output], {}, { name: `${name}.means` });
      pooled = g.node('Flatten', [means], { axis: 1 }, { name: `${name}.pooled` });
    } else if (dims.length === 3) {
      const attributes = { axes: [1], keepdims: 0 };
      pooled = g.node('ReduceMean', [output], attributes, { name: `${name}.means` });
    }
    g.output(pooled, ['batch', dims.length === 3 ? dims[2]! : dims[1]!]);
  }
  const statistics: Statistics[] = [];
  const columns: string[] = [];
  let at = 0;
  for (const node of graph.nodes) {
    if (node.op !== 'BatchNormalization') continue;
    const [input, , , mean, variance] = node.inputs as [string, ...string[]];
    const [known, spread] = [graph.initializers.get(mean!), graph.initializers.get(variance!)];
    if (!known || !spread || shapes.get(input)?.length !== 4) continue;
    const block = blockOf(graph, blocks, node.outputs[0]!);
    if (block < 0) continue;
    const squares = g.node('Mul', [input, input]);
    for (const value of [input, squares]) {
      columns.push(g.node('Flatten', [g.node('GlobalAveragePool', [value])], { axis: 1 }));
    }
    const channels = known.dims[0]!;
    const epsilon = node.attributes.epsilon as { readonly float?: number } | number | undefined;
    statistics.push({
      ...{ block, at, channels },
      mean: known.data as Float32Array,
      variance: spread.data as Float32Array,
      epsilon: (typeof epsilon === 'object' ? epsilon.float : epsilon) ?? 1e-5,
    });
    at += 2 * channels;
  }
  if (columns.length > 0) {
    g.output(g.node('Concat', columns, { axis: 1 }, { name: 'statistics' }), ['batch', at]);
  }
  const whole = g.build();
  return { graph: upTo(whole, whole.outputs), statistics };
}

/** The first block that needs the value. */
function blockOf(graph: Graph, blocks: Backbone['blocks'], value: string): number {
  return blocks.findIndex(({ output }) =>
    ancestors(graph, [output]).nodes.some(({ outputs }) => outputs.includes(value)),
  );
}
