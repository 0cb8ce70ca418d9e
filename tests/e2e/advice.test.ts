/** The advice in the Train room: a picture first, what it offers, and that a person's own choice wins. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, it } from 'vitest';
import { advisingEngine } from '../helpers/advising-engine.ts';
import { openPage, openProject } from '../helpers/browser.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

async function openAdvised() {
  const { engine, jobs, started } = advisingEngine();
  const { door, folder, studio } = await openProject(engine);
  await writeShapes(join(folder, 'shapes'), 10);
  await importAll(studio, [join(folder, 'shapes')], 'folders');
  const page = await openPage(`${door.url}#train`, { viewport: { width: 1280, height: 900 } });
  const panel = page.getByRole('region', { name: 'Advice' });
  await panel.getByText('Twice as many labels would add about 3 points (1 to 5).').waitFor();
  return { page, panel, folder, studio, jobs, started };
}

const dotOf = (page: Page) =>
  page.evaluate(() => Number(document.querySelector('.square circle')?.getAttribute('cx')));
const inView = (page: Page) =>
  page.getByRole('button', { name: /^Train (and compare )?\d/ }).evaluate((button) => {
    const { top, bottom } = button.getBoundingClientRect();
    const x = button.getBoundingClientRect().left + 20;
    return top > 0 && bottom < innerHeight && document.elementFromPoint(x, top + 5) === button;
  });

it('measures by itself, and offers what it names until a person chooses otherwise', async () => {
  const { page, jobs, started } = await openAdvised();
  const button = page.getByRole('button', { name: 'Train and compare 3 recipes' });
  await button.waitFor();
  expect(await inView(page)).toBe(true);
  await page.setViewportSize({ width: 1024, height: 700 });
  expect(await inView(page)).toBe(true);
  expect(jobs).toHaveLength(1);
  await page.getByText('at most 2 min').waitFor();

  await page.getByRole('checkbox', { name: 'Fine-tune all' }).uncheck();
  await page.getByRole('checkbox', { name: 'From scratch' }).check();
  await page.getByRole('navigation').getByRole('link', { name: 'Label' }).click();
  await page.getByRole('navigation').getByRole('link', { name: 'Train' }).click();
  await button.waitFor();
  expect(await page.getByRole('checkbox', { name: 'Fine-tune all' }).isChecked()).toBe(false);
  expect(await page.getByRole('checkbox', { name: 'From scratch' }).isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Take the advised ones' }).click();
  await expect
    .poll(() => page.getByRole('checkbox', { name: 'Fine-tune all' }).isChecked())
    .toBe(true);
  await page.getByRole('main').evaluate((main) => main.scrollTo(0, main.scrollHeight));
  await button.click();
  await until('the first run to start', () => started.length === 1);
  const running = page.getByRole('region', { name: 'Running' }).getByRole('heading').first();
  await expect
    .poll(() => running.evaluate((heading) => heading.getBoundingClientRect().top), {
      message: 'what was started comes into view',
    })
    .toBeGreaterThan(0);
});

it('tells what each quarter means, and shows how it was measured on demand', async () => {
  const { page, panel } = await openAdvised();
  await panel
    .getByText('So train a new last layer, then let the top blocks adapt a little.')
    .waitFor();
  await panel.getByRole('button', { name: 'Different, lots: From scratch' }).press('Enter');
  await panel.getByText('So keep only its shape and train everything anew.').waitFor();

  await panel.getByRole('button', { name: 'How this was measured' }).click();
  const dialog = page.getByRole('dialog', { name: 'How this was measured' });
  await dialog.getByRole('img', { name: /^What each block tells apart\. A classifier/ }).waitFor();
  await dialog.getByRole('button', { name: 'What more labels would bring: numbers' }).click();
  const table = dialog.getByRole('table', { name: 'What more labels would bring' });
  await table.getByRole('cell', { name: 'twice as many, by the law' }).waitFor();
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'What each block tells apart: save as CSV' }).click();
  const csv = await readFile(await (await download).path(), 'utf8');
  expect(csv).toMatch(/^block,probe,probe low,probe high,LogME,divergence,/);
  expect(csv.trim().split('\r\n')).toHaveLength(5);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});

it('moves the dot by itself when there are more labels', async () => {
  const { page, panel, folder, studio, jobs } = await openAdvised();
  const before = await dotOf(page);
  await writeShapes(join(folder, 'more'), 12);
  await importAll(studio, [join(folder, 'more')], 'folders');
  const { project } = await studio.call('project.current', {});
  await expect
    .poll(() => jobs.at(-1)?.examples.length, { timeout: 15_000 })
    .toBe(project!.labelled);
  await expect.poll(() => dotOf(page)).toBeGreaterThan(before);
  await panel.getByRole('img', { name: /^Similar, lots: similarity 0\.70/ }).waitFor();
  await panel.getByText('So keep all it knows and train every layer gently.').waitFor();
});

it('measures again when two pictures have changed their labels, though the counts are as before', async () => {
  const { studio, jobs } = await openAdvised();
  const { project } = await studio.call('project.current', {});
  const [first, second] = project!.labels;
  const pictureOf = async ({ id }: { readonly id: number }) => {
    const { ids } = await studio.call('images.query', { filter: { label: [id] }, sort: 'name' });
    return ids[0]!;
  };
  const [one, other] = [await pictureOf(first!), await pictureOf(second!)];
  await studio.call('labels.sort', {
    piles: [
      { imageIds: [one], labelId: second!.id },
      { imageIds: [other], labelId: first!.id },
    ],
  });
  await expect.poll(() => jobs.length, { timeout: 15_000 }).toBe(2);
});
