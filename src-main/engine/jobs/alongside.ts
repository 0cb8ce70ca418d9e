/** What runs that wait for the same network will ask of its frozen part: computed in the same pass. */
import { augmentationOf, viewsOf } from '../../../src-shared/augmentation.ts';
import type { TrainSettings } from '../../../src-shared/recipes.ts';
import type { Backbone } from '../backbones/backbone.ts';
import type { Graph } from '../graph/graph.ts';
import type { TrainJob } from '../protocol.ts';
import { frozenPart, frozenTogether } from '../recipes/frozen.ts';
import { plan } from '../recipes/plan.ts';

/** @returns `trunk`, which gives more after its own outputs */
export function withWaiting(
  backbone: Backbone,
  trunk: Graph,
  { settings, alongside = [] }: Pick<TrainJob, 'settings' | 'alongside'>,
): Graph {
  const others = alongside.flatMap((waiting) => {
    // In 8 bits each has a trunk of its own.
    if (waiting.settings.precision !== 'exact') return [];
    if (seenAs(waiting.settings) !== seenAs(settings)) return [];
    return frozenPart(backbone, plan(waiting.recipe, waiting.settings, backbone)) ?? [];
  });
  return others.length === 0 ? trunk : frozenTogether(backbone, [trunk, ...others]);
}

/** The same for settings that show the frozen part the same pictures. */
function seenAs(settings: TrainSettings): string {
  const views = viewsOf(settings);
  return views === 1 ? '' : JSON.stringify([views, settings.seed, augmentationOf(settings)]);
}
