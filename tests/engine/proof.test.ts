/**
 * Ten steps of every recipe on every built-in network against PyTorch's in float64. `npm run -s bench -- proof` prints the
 * differences; docs/proof.md has them.
 */
import { describe, expect, it } from 'vitest';
import { differencesFromPyTorch, provenNetworks } from '../helpers/proof/differences.ts';
import { goldenOf, recipes, titleOf } from '../helpers/proof/golden.ts';

/** Of the largest relative difference, in float32. */
const tolerance = 1e-3;

describe.each(provenNetworks.map((network) => ({ name: titleOf(network), network })))(
  '$name',
  ({ network }) => {
    it.each(recipes)('%s', { timeout: 300_000 }, async (recipe) => {
      expect(goldenOf(network, recipe).losses).toHaveLength(10);
      const { graft, pytorch } = await differencesFromPyTorch(network, recipe);
      for (const of of ['loss', 'gradients', 'weights'] as const) {
        expect(graft[of], of).toBeLessThan(tolerance);
        expect(pytorch[of], `${of} of PyTorch in float32`).toBeLessThan(tolerance);
      }
    });
  },
);
