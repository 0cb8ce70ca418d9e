/**
 * Ten steps against PyTorch's in float64: every recipe on one network, and one of the others each. `npm run -s bench -- proof`
 * does all of them; docs/proof.md has the figures.
 */
import { describe, expect, it } from 'vitest';
import { differencesFromPyTorch, provenNetworks } from '../helpers/proof/differences.ts';
import { goldenOf, recipes, titleOf } from '../helpers/proof/golden.ts';

/** Of the largest relative difference, in float32. */
const tolerance = 1e-3;

const byName = new Map(provenNetworks.map((network) => [titleOf(network), network]));

it.each([...byName])('has golden numbers of %s in every recipe', (_, network) => {
  for (const recipe of recipes) {
    const { losses, float32 } = goldenOf(network, recipe);
    expect(losses).toHaveLength(10);
    expect(Math.max(...Object.values(float32))).toBeLessThan(tolerance);
  }
});

describe.each([
  { name: 'efficientnet_lite0 tensorflow', tried: recipes },
  { name: 'mobilenet_v2 torchvision', tried: ['fine-tune-all'] as const },
  { name: 'mobilenet_v2 keras', tried: ['fine-tune-top'] as const },
  { name: 'resnet18 torchvision', tried: ['fine-tune-top'] as const },
  { name: 'vgg16_conv torchvision', tried: ['early-features'] as const },
])('$name', ({ name, tried }) => {
  it.each(tried)('%s', { timeout: 120_000 }, async (recipe) => {
    const { loss, gradients, weights } = (await differencesFromPyTorch(byName.get(name)!, recipe))
      .graft;
    expect(loss, 'loss').toBeLessThan(tolerance);
    expect(gradients, 'gradients').toBeLessThan(tolerance);
    expect(weights, 'weights').toBeLessThan(tolerance);
  });
});
