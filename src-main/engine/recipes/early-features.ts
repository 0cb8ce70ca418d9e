/** The lower part of a network as a source of features: the mean of each map that leaves a block. */
import type { Backbone, Block } from '../backbones/backbone.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { upTo } from '../graph/cut.ts';
import type { Graph } from '../graph/graph.ts';
import { type Dims, inferShapes } from '../graph/shapes.ts';

/** From a picture to N x C for each of the blocks, in their order. Nothing above the last one is in it. */
export function pooledBlocks({ graph }: Backbone, blocks: readonly Block[]): Graph {
  const shapes = inferShapes(graph, graph.nodes);
  const g = GraphBuilder.from({ ...graph, outputs: [] });
  for (const { name, output } of blocks) {
    const dims = shapes.get(output)!;
    const channels = channelAxis(dims);
    const axes = dims.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== channels);
    const means =
      dims.length === 4 && channels === 1
        ? g.node('GlobalAveragePool', [output], {}, { name: `${name}.means` })
        : axes.length > 0
          ? g.node('ReduceMean', [output], { axes, keepdims: 0 }, { name: `${name}.means` })
          : output;
    const pooled = g.node('Flatten', [means], { axis: 1 }, { name: `${name}.pooled` });
    g.output(pooled, ['batch', dims[channels]!]);
  }
  const whole = g.build();
  return upTo(whole, whole.outputs);
}

/** Maps are N x C x H x W, or N x H x W x C where two axes alike come first; tokens are N x T x C. */
function channelAxis(dims: Dims): number {
  if (dims.length !== 4) return dims.length - 1;
  return dims[1] === dims[2] && dims[2] !== dims[3] ? 3 : 1;
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
