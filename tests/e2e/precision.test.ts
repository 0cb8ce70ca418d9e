/** The choice between exact and fast, with the time that each takes. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openPage, openProject } from '../helpers/browser.ts';
import { fakeEngine } from '../helpers/fake-engine.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

it('is made for all recipes at once, by keyboard, with both times', async () => {
  const engine = fakeEngine();
  const { door, folder, studio } = await openProject(engine);
  await writeShapes(join(folder, 'shapes'), 20);
  await importAll(studio, [join(folder, 'shapes')], 'folders');
  const page = await openPage(`${door.url}#train`);
  const exact = page.getByRole('radio', { name: /^Exact about 4 min/ });
  const fast = page.getByRole('radio', { name: /^Fast about/ });
  // Two recipes, each of 60 pictures at 2 s.
  await exact.waitFor();
  expect(await exact.isChecked()).toBe(true);
  await exact.focus();
  await page.keyboard.press('ArrowDown');
  expect(await fast.isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Train and compare 2 recipes' }).click();
  await until('the first run to start', () => engine.started.length === 1);
  expect(engine.started[0]!.job.settings.precision).toBe('fast');
});

it('is not asked where nothing stays as it is', async () => {
  const { door } = await openProject(fakeEngine());
  const page = await openPage(`${door.url}#train`);
  const radios = page.getByRole('radio', { name: /^(Exact|Fast)/ });
  await expect.poll(() => radios.count()).toBe(2);
  await page.getByRole('checkbox', { name: 'Feature extraction' }).uncheck();
  await page.getByRole('checkbox', { name: 'Fine-tune top' }).uncheck();
  await page.getByRole('checkbox', { name: 'From scratch' }).check();
  await expect.poll(() => radios.count()).toBe(0);
});
