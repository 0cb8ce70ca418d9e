/** Before the tests in a browser: what `npm test` has brought already, and `vitest --project e2e` has not. */
import { bringBackbones, bringSamples, buildStudio } from '../../src-main/setup/bring.mjs';

export default async function setup() {
  await bringSamples();
  await bringBackbones({ quiet: true });
  await buildStudio();
}
