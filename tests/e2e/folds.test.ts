/** Cross-validation, offered where the test is small. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openPage, openProject } from '../helpers/browser.ts';
import { fakeEngine } from '../helpers/fake-engine.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

it('offers to cross-validate a small set, says which fold it is in, and shows what came out', async () => {
  const engine = fakeEngine();
  const { door, studio, folder } = await openProject(engine);
  await writeShapes(join(folder, 'shapes'), 5);
  await importAll(studio, [join(folder, 'shapes')], 'folders');
  const page = await openPage(`${door.url}#train`);
  await page.getByText('Only 3 pictures to test on').waitFor();
  await page.getByRole('button', { name: 'Cross-validate in 5 folds' }).press('Enter');
  await page.getByText('each of 15 pictures is tested once').waitFor();
  await page.getByRole('checkbox', { name: 'Fine-tune top' }).uncheck();
  await page.getByRole('button', { name: 'Train 1 recipe' }).click();
  for (let job = 0; job < 6; job++) {
    await until(`training ${job}`, () => engine.started.length === job + 1);
    engine.started[job]!.epoch(0.5);
    if (job === 1) await page.getByText(/Fold 2 of 5 · Epoch 1/).waitFor();
    engine.started[job]!.finish(1);
  }
  await page
    .getByRole('complementary', { name: 'Runs and networks' })
    .getByRole('button', { name: /Feature extraction .* 1\.00$/ })
    .click();
  await expect
    .poll(() => page.getByRole('main').innerText())
    .toMatch(/on all 15 pictures, each tested once; mean of 5 folds/);
  expect(engine.started[5]!.job).not.toHaveProperty('predictionsOnly');
});
