/**
 * `npm run -s bench -- proof [NETWORK]`: prints the table of docs/proof.md, as the test of the same name computes it.
 */
import { differencesFromPyTorch, provenNetworks, provenRecipes } from '../helpers/proof.ts';

const [only] = process.argv.slice(2);
console.log('| Network | Recipe | loss | gradients | weights |\n|---|---|---|---|---|');
for (const architecture of provenNetworks) {
  if (only !== undefined && architecture.name !== only) continue;
  for (const recipe of provenRecipes) {
    const { loss, gradients, weights } = await differencesFromPyTorch(architecture, recipe);
    const cells = [loss, gradients, weights].map((difference) => difference.toExponential(1));
    const title = `${architecture.title} (${architecture.variant})`;
    console.log(`| ${title} | ${recipe} | ${cells.join(' | ')} |`);
  }
}
