/**
 * `npm run -s bench -- proof [NETWORK]`: prints the table of docs/proof.md, as the test of the same name computes it.
 */
import { differencesFromPyTorch, provenNetworks } from '../helpers/proof/differences.ts';
import { recipes } from '../helpers/proof/golden.ts';

const [only] = process.argv.slice(2);
console.log('| Network | Recipe | loss | gradients | weights |\n|---|---|---|---|---|');
for (const architecture of provenNetworks) {
  if (only !== undefined && architecture.name !== only) continue;
  for (const recipe of recipes) {
    const { graft, pytorch } = await differencesFromPyTorch(architecture, recipe);
    const cells = (['loss', 'gradients', 'weights'] as const).map((of) =>
      [graft, pytorch].map((side) => side[of].toExponential(1)).join(' / '),
    );
    const title = `${architecture.title} (${architecture.variant})`;
    console.log(`| ${title} | ${recipe} | ${cells.join(' | ')} |`);
  }
}
