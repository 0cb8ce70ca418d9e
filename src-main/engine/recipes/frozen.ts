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
