/**
 * How far ten steps of a recipe on a network with drawn weights are from PyTorch's in float64, which
 * engine/fixtures/proof.py computes.
 */
import type { Architecture } from '../../../src-main/engine/backbones/backbone.ts';
import { catalogue } from '../../../src-main/engine/backbones/catalogue.ts';
import type { RecipeName } from '../../../src-shared/recipes.ts';
import { type Differences, goldenOf } from './golden.ts';
import type { Sketches } from './sketch.ts';
import { tenSteps } from './ten-steps.ts';

export const provenNetworks: readonly Architecture[] = catalogue.flatMap(
  ({ architectures }) => architectures,
);

/** Graft's, and those of PyTorch in float32. */
export async function differencesFromPyTorch(
  architecture: Architecture,
  recipe: RecipeName,
): Promise<{ readonly graft: Differences; readonly pytorch: Differences }> {
  const expected = goldenOf(architecture, recipe);
  const found = await tenSteps(architecture, recipe, expected);
  const largest = (of: 'firstGradients' | 'gradients' | 'weights' | 'statistics') =>
    largestDifference(found[of], expected[of]);
  const graft = {
    loss: Math.max(...expected.losses.map((loss, i) => Math.abs(found.losses[i]! / loss - 1))),
    gradients: Math.max(largest('firstGradients'), largest('gradients')),
    weights: Math.max(largest('weights'), largest('statistics')),
  };
  return { graft, pytorch: expected.float32 };
}

/** Of any group, in length or in a product with one of the vectors, over its length. */
function largestDifference(found: Sketches, expected: Sketches): number {
  const groups = Object.keys(expected);
  if (groups.toSorted().join() !== Object.keys(found).toSorted().join()) {
    throw new Error(`${Object.keys(found)} are trained, PyTorch trains ${groups}`);
  }
  return Math.max(
    0,
    ...groups.flatMap((group) =>
      expected[group]!.map(
        (value, i) => Math.abs(found[group]![i]! - value) / (expected[group]![0]! || 1),
      ),
    ),
  );
}
