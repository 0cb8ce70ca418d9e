/** The lower part of a network as a source of features: the mean of each map that leaves a block. */
import type { Backbone, Block } from '../backbones/backbone.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { upTo } from '../graph/cut.ts';
import type { Graph } from '../graph/graph.ts';
import { inferShapes } from '../graph/shapes.ts';

/** From a picture to N x C for each of the blocks, in their order. Nothing above the last one is in it. */
export function pooledBlocks({ graph }: Backbone, blocks: readonly Block[]): Graph {
  const shapes = inferShapes(graph, graph.nodes);
  const g = GraphBuilder.from({ ...graph, outputs: [] });
  for (const { name, output } of blocks) {
    const means = g.node('GlobalAveragePool', [output], {}, { name: `${name}.means` });
    const pooled = g.node('Flatten', [means], { axis: 1 }, { name: `${name}.pooled` });
    g.output(pooled, ['batch', shapes.get(output)![1]!]);
  }
  const whole = g.build();
  return upTo(whole, whole.outputs);
}

/** The network that ends at a block. */
export function endingAt(backbone: Backbone, block: Block): Backbone {
  const graph = pooledBlocks(backbone, [block]);
  const at = backbone.blocks.indexOf(block);
  return {
    ...backbone,
    graph,
    blocks: backbone.blocks.slice(0, at + 1),
    features: graph.outputs[0]!.dims[1] as number,
  };
}
