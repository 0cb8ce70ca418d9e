/** How deep in the network each parameter lies, and how much slower it learns for it. */
import { ancestors } from '../graph/cut.ts';
import type { Graph } from '../graph/graph.ts';
import { parametersOf } from './parameters.ts';

/**
 * What the learning rate of each parameter is multiplied by: 1 in the last block, `decay` in the one below,
 * `decay`² below that (Howard and Ruder 2018, "Universal language model fine-tuning", section 3.2, where
 * it is 1 / 2.6).
 *
 * @param blocks values that leave the blocks, from the stem; those that are not in the graph are frozen
 */
export function layerDecays(
  graph: Graph,
  blocks: readonly string[],
  decay: number,
): ReadonlyMap<string, number> {
  const scales = new Map<string, number>();
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  for (const [at, output] of blocks.entries()) {
    if (!made.has(output)) continue;
    const { nodes } = ancestors(graph, [output]);
    for (const { name } of parametersOf({ ...graph, nodes })) {
      if (!scales.has(name)) scales.set(name, decay ** (blocks.length - 1 - at));
    }
  }
  return scales;
}
