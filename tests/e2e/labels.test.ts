/** What is done to labels, in one window and in several. */
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, it } from 'vitest';
import { type OpenStudio, openPage, openProject } from '../helpers/browser.ts';
import { cell, focused, labelRow } from '../helpers/label-room.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll } from '../helpers/studio.ts';

async function openShapes(): Promise<OpenStudio> {
  const open = await openProject();
  await writeShapes(join(open.folder, 'shapes'), 3);
  await importAll(open.studio, [join(open.folder, 'shapes')], 'folders');
  return open;
}

/** Does something from the menu of a label's row. */
async function change(page: Page, label: string, what: string): Promise<void> {
  await labelRow(page, label).hover();
  await page.getByRole('button', { name: `Change ${label}` }).click();
  await page.getByRole('menuitem', { name: what }).click();
}

it('deletes a label with its pictures left unlabelled, and takes that back', async () => {
  const { door } = await openShapes();
  const page = await openPage(door.url);
  await cell(page, 'square 1.png, square').waitFor();
  await labelRow(page, 'square').focus();
  await page.keyboard.press('Delete');
  await cell(page, 'square 1.png, unlabelled').waitFor();
  await expect.poll(() => labelRow(page, 'square').count()).toBe(0);
  await page.getByText('Label square deleted.').waitFor();
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await cell(page, 'square 1.png, square').waitFor();
  await labelRow(page, 'square').waitFor();
});

it('renames a label and merges it into another', async () => {
  const { door } = await openShapes();
  const page = await openPage(door.url);
  await labelRow(page, 'circle').focus();
  await page.keyboard.press('F2');
  await page.getByRole('textbox', { name: 'New name of circle' }).fill('ring');
  await page.keyboard.press('Enter');
  await cell(page, 'circle 1.png, ring').waitFor();
  await change(page, 'ring', 'Merge into…');
  await page.getByRole('combobox', { name: 'Merge ring into' }).fill('tri');
  await page.keyboard.press('Enter');
  await cell(page, 'circle 1.png, triangle').waitFor();
  await expect.poll(() => labelRow(page, 'triangle').innerText()).toMatch(/\b6\b/);
  await page.keyboard.press('Control+z');
  await cell(page, 'circle 1.png, ring').waitFor();
});

it('labels many at once, as in every file manager', async () => {
  const { studio, door } = await openShapes();
  await studio.call('labels.create', { name: 'shape' });
  const page = await openPage(door.url);
  await cell(page, 'circle 1.png, circle').click();
  await cell(page, 'circle 3.png, circle').click({ modifiers: ['Shift'] });
  await cell(page, 'triangle 2.png, triangle').click({ modifiers: ['Control'] });
  await page.getByRole('heading', { name: '4 pictures selected' }).waitFor();
  await page.keyboard.press('4');
  await page.getByText('4 pictures labelled shape.').waitFor();
  for (const name of ['circle 1', 'circle 2', 'circle 3', 'triangle 2'])
    await cell(page, `${name}.png, shape`).waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('0');
  await page.getByText('Label taken away from 9 pictures.').waitFor();
  await page.keyboard.press('Control+z');
  await cell(page, 'circle 1.png, shape').waitFor();
  await cell(page, 'square 1.png, square').waitFor();
});

it('shows in every window what was labelled in one', async () => {
  const { door } = await openShapes();
  const [one, other] = [await openPage(door.url), await openPage(door.url)];
  await cell(other, 'circle 1.png, circle').waitFor();
  await cell(one, 'circle 1.png, circle').click();
  await one.keyboard.press('2');
  await cell(other, 'circle 1.png, square').waitFor();
  await expect.poll(() => labelRow(other, 'square').innerText()).toMatch(/\b4\b/);
  await other.keyboard.press('Control+z');
  await cell(one, 'circle 1.png, circle').waitFor();
});

it('shows a picture large, and labels it there', async () => {
  const { door } = await openShapes();
  const page = await openPage(door.url);
  await cell(page, 'circle 1.png, circle').click();
  await page.keyboard.press('Space');
  const large = page.getByRole('dialog');
  await expect.poll(() => large.getAttribute('aria-label')).toBe('circle 1.png, 1 of 9');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => large.getAttribute('aria-label')).toBe('circle 2.png, 2 of 9');
  await page.keyboard.press('3');
  await large.getByText('triangle').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => focused(page)).toBe('circle 2.png, triangle');
});
