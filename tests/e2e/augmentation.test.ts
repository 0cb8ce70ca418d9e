/** Augmentation as the person sees it: on the own pictures, before anything is trained. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openPage, openProject } from '../helpers/browser.ts';
import { fakeEngine } from '../helpers/fake-engine.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll } from '../helpers/studio.ts';

it('shows what the settings make of the own pictures, at every change', async () => {
  const { door, folder, studio } = await openProject(fakeEngine());
  await writeShapes(join(folder, 'shapes'), 5);
  await importAll(studio, [join(folder, 'shapes')], 'folders');
  const page = await openPage(`${door.url}#train`);
  await page.getByRole('button', { name: 'Settings of Feature extraction' }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings of feature extraction' });
  const preview = dialog.getByRole('region', { name: 'Preview of the views' });
  expect(await preview.count()).toBe(0);
  await dialog.getByText('Augmentation').click();

  const views = preview.getByRole('img', { name: /^View \d of / });
  await expect.poll(() => views.count()).toBe(8);
  const sources = () => views.evaluateAll((all) => all.map((img) => (img as HTMLImageElement).src));
  const loaded = () =>
    views.evaluateAll((all) => all.every((img) => (img as HTMLImageElement).naturalWidth === 224));
  await expect.poll(loaded).toBe(true);
  const first = await sources();
  expect(new Set(first).size).toBeGreaterThan(4);

  await dialog.getByRole('textbox', { name: /^Rotation/ }).fill('45');
  await expect.poll(async () => (await sources())[0] === first[0]).toBe(false);
  const turned = await sources();
  // What makes no sense changes nothing.
  await dialog.getByRole('textbox', { name: /^Rotation/ }).fill('450');
  await dialog.getByText('Rotation is a number from 0 to 180.').waitFor();

  await dialog.getByRole('textbox', { name: /^Rotation/ }).fill('45');
  const name = await views.first().getAttribute('alt');
  await preview.getByRole('button', { name: 'Another picture' }).press('Enter');
  await expect.poll(() => views.first().getAttribute('alt')).not.toBe(name);
  expect((await sources())[0]).not.toBe(turned[0]);

  for (const field of [/^Rotation/, /^Colour jitter/]) {
    await dialog.getByRole('textbox', { name: field }).fill('0');
  }
  await dialog.getByRole('textbox', { name: /^Smallest crop/ }).fill('1');
  await dialog.getByRole('combobox', { name: 'Flips' }).selectOption({ label: 'None' });
  await preview.getByText('Nothing is changed: every view is the picture as it is.').waitFor();
  await expect.poll(async () => new Set(await sources()).size).toBe(1);
});

it('says what will be kept, and lets the limit be set', async () => {
  const { door, folder, studio } = await openProject(fakeEngine());
  await writeShapes(join(folder, 'shapes'), 5);
  await importAll(studio, [join(folder, 'shapes')], 'folders');
  const page = await openPage(`${door.url}#train`);
  await page.getByText(/Keeps features of 15 pictures: about .*, computed once\./).waitFor();

  await page.getByRole('button', { name: 'Settings of Feature extraction' }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings of feature extraction' });
  await dialog.getByText('Augmentation').click();
  await dialog.getByRole('textbox', { name: /^Views per picture/ }).fill('4');
  await dialog.getByRole('button', { name: 'Use these' }).click();
  await page.getByText(/Keeps features of 15 pictures in 42 views: about /).waitFor();

  const aside = page.getByRole('complementary', { name: 'Runs and networks' });
  await aside.getByRole('heading', { name: 'Kept features' }).waitFor();
  await aside
    .getByRole('combobox', { name: 'Features may take at most' })
    .selectOption({ label: '2 GB' });
  await expect
    .poll(async () => (await studio.call('features.state', {})).limitBytes)
    .toBe(2_000_000_000);
});
