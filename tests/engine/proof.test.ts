/** Recipes that freeze, on every built-in network: ten steps against PyTorch's. docs/proof.md has the figures. */
import { describe, expect, it } from 'vitest';
import { differencesFromPyTorch, provenNetworks, provenRecipes } from '../helpers/proof.ts';

/** In float32, of the largest relative difference. */
const tolerance = 1e-3;
/** Through blocks a value on the edge of a ReLU lets some of a gradient pass or not. */
const throughBlocks = 1e-2;

it('is there for the networks of the table', () => {
  expect(provenNetworks.map(({ name }) => name).sort()).toEqual([
    'efficientnet_lite0',
    'mobilenet_v2',
    'vgg16_conv',
  ]);
});

describe.each(provenNetworks)('$name of $variant', (architecture) => {
  it.each(provenRecipes)('%s', { timeout: 120_000 }, async (recipe) => {
    const { loss, gradients, weights } = await differencesFromPyTorch(architecture, recipe);
    expect(loss, 'loss').toBeLessThan(tolerance);
    expect(weights, 'weights').toBeLessThan(tolerance);
    const allowed = recipe === 'fine-tune-top' ? throughBlocks : tolerance;
    expect(gradients, 'gradients').toBeLessThan(allowed);
  });
});
