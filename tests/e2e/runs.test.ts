/** What becomes of runs that do not end well, and of the plan for the next ones. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type OpenStudio, openPage, openProject } from '../helpers/browser.ts';
import { leaveCheckpoint } from '../helpers/checkpoint.ts';
import { type FakeEngine, fakeEngine } from '../helpers/fake-engine.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

async function openShapes(): Promise<OpenStudio & { readonly engine: FakeEngine }> {
  const engine = fakeEngine();
  const open = await openProject(engine);
  await writeShapes(join(open.folder, 'shapes'), 5);
  await importAll(open.studio, [join(open.folder, 'shapes')], 'folders');
  return { ...open, engine };
}

it('says why a run failed, stops another, and deletes both, which can be undone', async () => {
  const { door, engine } = await openShapes();
  const page = await openPage(`${door.url}#train`);
  const aside = page.getByRole('complementary', { name: 'Runs and networks' });
  await page.getByRole('button', { name: 'Train and compare 2 recipes' }).click();
  await until('the first run to start', () => engine.started.length === 1);
  engine.started[0]!.fail('The weights became infinite: try a smaller learning rate.');
  await until('the second run to start', () => engine.started.length === 2);
  await page.getByRole('button', { name: 'Stop Fine-tune top' }).click();

  await aside.getByRole('button', { name: /Feature extraction .* failed$/ }).click();
  await page
    .getByRole('main')
    .getByText('The weights became infinite: try a smaller learning rate.')
    .waitFor();
  await page.getByRole('button', { name: 'Delete this run' }).click();
  await expect.poll(() => aside.getByRole('button', { name: /failed$/ }).count()).toBe(0);

  await aside.getByRole('button', { name: /Fine-tune top .* stopped$/ }).click();
  await page.getByText('Stopped before its end.').waitFor();
  await page.getByRole('button', { name: 'Delete this run' }).click();
  await page.getByRole('heading', { name: 'Recipes to compare' }).waitFor();

  await page.getByText(/^Run 2 deleted/).waitFor();
  await aside.getByText(/^2 deleted runs can be brought back until/).waitFor();
  await page.keyboard.press('Control+z');
  await aside.getByRole('button', { name: /Fine-tune top .* stopped$/ }).waitFor();
  await aside.getByText(/^1 deleted run can be brought back until/).waitFor();
  await aside.getByRole('button', { name: 'Remove for good' }).click();
  await aside.getByText(/deleted run/).waitFor({ state: 'detached' });
  expect(await aside.getByRole('button', { name: /stopped$/ }).count()).toBe(1);
});

it('lets a run that was interrupted go on', async () => {
  const { door, engine } = await openShapes();
  const page = await openPage(`${door.url}#train`);
  const aside = page.getByRole('complementary', { name: 'Runs and networks' });
  await page.getByRole('button', { name: 'Train and compare 2 recipes' }).click();
  await until('the first run to start', () => engine.started.length === 1);
  const { job } = engine.started[0]!;
  await leaveCheckpoint(job.runFolder, 7);
  engine.started[0]!.fail('The training engine crashed (SIGSEGV).');
  await aside.getByRole('button', { name: /Feature extraction .* failed$/ }).click();
  await page
    .getByRole('main')
    .getByText(/interrupted after epoch 7; Resume goes on/)
    .waitFor();
  await page.getByRole('button', { name: 'Resume' }).press('Enter');
  await page.getByText('Waiting for its turn').waitFor();
  expect(await page.getByRole('button', { name: 'Resume' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Stop Feature extraction' }).click();
  await page.getByText('Stopped after epoch 7; Resume goes on from there').waitFor();
});

it('refuses a setting that makes no sense, in words, and keeps one that does', async () => {
  const { door, engine } = await openShapes();
  const page = await openPage(`${door.url}#train`);
  await page.getByRole('button', { name: 'Settings of Feature extraction' }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings of feature extraction' });
  const epochs = dialog.getByRole('textbox', { name: /^Epochs/ });
  await epochs.fill('0');
  await dialog.getByText('Epochs is a number from 1 to 1000.').waitFor();
  expect(await dialog.getByRole('button', { name: 'Use these' }).isDisabled()).toBe(true);
  await epochs.fill('7');
  // The less usual ones are folded away.
  const balance = dialog.getByRole('combobox', { name: 'Unequal labels' });
  expect(await balance.isVisible()).toBe(false);
  await dialog.getByText('Pictures and memory').click();
  await balance.selectOption({ label: 'Balanced sampling' });
  await dialog.getByText('Schedule').click();
  await dialog.getByRole('checkbox', { name: 'Keep the best epoch' }).uncheck();
  await epochs.press('Enter');
  await page.getByText('Own settings').waitFor();

  await page.getByRole('checkbox', { name: 'Fine-tune top' }).uncheck();
  await page.getByRole('button', { name: 'Train 1 recipe' }).click();
  await until('the run to start', () => engine.started.length === 1);
  expect(engine.started[0]!.job.settings).toMatchObject({
    ...{ epochs: 7, classBalance: 'sampling', restoreBest: false },
  });
});

it('trains on the best network until others are chosen', async () => {
  const { door } = await openShapes();
  const page = await openPage(`${door.url}#train`);
  const networks = page.getByRole('complementary', { name: 'Runs and networks' });
  const chosen = networks.getByRole('checkbox', { checked: true });
  await expect.poll(() => chosen.count()).toBe(1);
  await chosen.uncheck();
  await page.getByText('Choose a network.').waitFor();
  const start = page.getByRole('button', { name: 'Train and compare', exact: true });
  expect(await start.isDisabled()).toBe(true);
  await networks.getByRole('checkbox', { name: /MobileNetV2/ }).check();
  await page.getByText('on 15 labelled pictures, with MobileNetV2').waitFor();
});
