import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Studio } from '../../src-shared/contract.ts';
import { openPage, openProject } from '../helpers/browser.ts';
import { grid, labelRow, saved } from '../helpers/label-room.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll, nextEvent } from '../helpers/studio.ts';

/** Shapes of which eight each are labelled and some are not, looked at by the network. */
async function shapesProject(extra?: (folder: string) => Promise<void>) {
  const { studio, door, folder } = await openProject();
  const known = join(folder, 'known');
  const unknown = join(folder, 'unknown');
  await writeShapes(known, 8);
  await writeShapes(unknown, 11);
  await extra?.(known);
  const ready = nextEvent(
    studio,
    'assist.progress',
    ({ state, done }) => state === 'ready' && done > 40,
  );
  await importAll(studio, [known], 'folders');
  await importAll(studio, [unknown]);
  await ready;
  return { studio, folder, page: await openPage(door.url) };
}

async function labelled(studio: Studio): Promise<number> {
  const { project } = await studio.call('project.current', {});
  return project!.labelled;
}

/** The unlabelled pictures come first, and the cursor is on the first of them. */
async function onFirst(page: Page): Promise<string> {
  const first = grid(page)
    .locator('[tabindex="0"]')
    .and(page.getByTitle(/suggested/));
  await first.focus();
  return (await first.getAttribute('aria-label'))!;
}

describe('suggestions', () => {
  it('stand on a picture without a label: Enter accepts, a number corrects', async () => {
    const { page, studio } = await shapesProject();
    const name = await onFirst(page);
    const [, file, label] = /^(.*), unlabelled, suggested: (\w+), \d+ %$/.exec(name)!;
    const before = await labelled(studio);
    await page.keyboard.press('Enter');
    const first = grid(page).getByRole('gridcell').first();
    await expect.poll(() => first.getAttribute('aria-label')).toBe(`${file}, ${label}`);
    await saved(page);
    expect(await labelled(studio)).toBe(before + 1);

    // The cursor has moved on to the next one.
    await page.keyboard.press('2');
    const second = grid(page).getByRole('gridcell').nth(1);
    await expect.poll(() => second.getAttribute('aria-label')).toMatch(/, square$/);
  });

  it('of a group are accepted with one key after a look, and taken back in one step', async () => {
    const { page, studio } = await shapesProject();
    await page.getByRole('button', { name: /^Look at them/ }).waitFor();
    const before = await labelled(studio);
    await page.keyboard.press('r');
    const dialog = page.getByRole('dialog', { name: /look like/ });
    await dialog.waitFor();
    const pictures = dialog.getByRole('listbox', { name: 'Pictures' }).getByRole('option');
    const count = await pictures.count();
    const isOn = (index: number) =>
      pictures.nth(index).evaluate((option) => option === document.activeElement);
    expect(await isOn(0)).toBe(true);
    await page.keyboard.press('End');
    expect(await isOn(count - 1)).toBe(true);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Space'); // it does not belong
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await page.keyboard.press('Space'); // it does
    await page.keyboard.press('Home');
    expect(await isOn(0)).toBe(true);
    expect(await pictures.nth(count - 2).getAttribute('aria-selected')).toBe('false');
    await dialog.getByRole('button', { name: new RegExp(`^Label ${count - 1} picture`) }).waitFor();
    // One stop for Tab, then the buttons.
    await page.keyboard.press('Tab');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent))
      .toMatch(/Not now/);
    await page.keyboard.press('Shift+Tab');
    expect(await isOn(0)).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByText(/labelled (circle|square|triangle)\./).waitFor();
    await saved(page);
    expect(await labelled(studio)).toBe(before + count - 1);
    await page.keyboard.press('Control+z');
    await expect.poll(() => labelled(studio)).toBe(before);
  });

  it('of a group move the focus mode on to a picture without a label', async () => {
    const { page, studio } = await shapesProject();
    await onFirst(page);
    await page.getByRole('button', { name: /^Look at them/ }).waitFor();
    await page.keyboard.press('f');
    const view = page.getByRole('region', { name: 'Focus' }).getByRole('group').first();
    // To the picture that the group ends with, so that it is labelled with it.
    await page.keyboard.press('End');
    for (let steps = 0; steps < 60; steps++) {
      const name = await view.getAttribute('aria-label');
      if (/unlabelled, suggested: \w+, (9\d|100) %/.test(name!)) break;
      await page.keyboard.press('ArrowLeft');
    }
    let accepted = 0;
    for (; accepted < 3; accepted++) {
      await page.keyboard.press('r');
      const dialog = page.getByRole('dialog', { name: /look like/ });
      const came = await dialog.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
      if (!came) break;
      await page.keyboard.press('Enter');
      await dialog.waitFor({ state: 'detached' });
      await saved(page);
      const { project } = await studio.call('project.current', {});
      if (project!.toGo > 0)
        await expect.poll(() => view.getAttribute('aria-label')).toMatch(/unlabelled/);
    }
    expect(accepted).toBeGreaterThan(0);
  });

  it('wait for a label of which too little is known, and say so', async () => {
    const { page, studio } = await shapesProject();
    await onFirst(page);
    await page.getByRole('button', { name: /^Look at them/ }).waitFor();
    const { id } = await studio.call('labels.create', { name: 'star' });
    const { ids } = await studio.call('images.query', { filter: { label: 'none' }, sort: 'name' });
    await studio.call('labels.assign', { imageIds: ids.slice(0, 2), labelId: id });
    await page.getByText('Groups wait until star has 5 pictures too; it has 2.').waitFor();
    await page.getByRole('button', { name: 'Do not wait' }).click();
    await page.getByRole('button', { name: /^Look at them/ }).waitFor();
  });
});

it('finds similar pictures by a key, and goes back with Escape', async () => {
  const { page } = await shapesProject();
  const file = /^(.*), unlabelled/.exec(await onFirst(page))![1]!;
  await page.keyboard.press('s');
  await page.getByText(`Most like ${file} first`).waitFor();
  const first = grid(page).getByRole('gridcell').first();
  await expect.poll(() => first.getAttribute('aria-label')).toContain(file);
  await page.keyboard.press('Escape');
  await page.getByText(/^Most like/).waitFor({ state: 'detached' });
});

it('shows what is most useful to label next: pictures without a label only', async () => {
  const { page } = await shapesProject();
  await onFirst(page);
  await page.keyboard.press('m');
  await page.getByText('Most useful to label first').waitFor();
  for (const cell of await grid(page).getByRole('gridcell').all())
    await expect.poll(() => cell.getAttribute('aria-label')).toContain('unlabelled');
});

describe('the review', () => {
  it('puts a wrong label right in place, and one of two copies aside', async () => {
    const { page, studio } = await shapesProject(async (known) => {
      // A circle among the squares, and a copy of a triangle.
      await mkdir(join(known, 'square'), { recursive: true });
      await sharp(join(known, 'circle', 'circle 3.png'))
        .modulate({ hue: 40 })
        .toFile(join(known, 'square', 'wrong.png'));
      await sharp(join(known, 'triangle', 'triangle 4.png'))
        .resize(48)
        .jpeg({ quality: 95 })
        .toFile(join(known, 'triangle', 'copy.jpg'));
    });
    await onFirst(page);
    await page.keyboard.press('v');
    const issues = page.getByRole('region', { name: 'Labels that may be wrong' });
    await issues.getByRole('button', { name: 'Change to circle' }).first().click();
    await issues.getByText('Now circle').waitFor();

    const copies = page.getByRole('region', { name: 'Copies' });
    await copies.getByRole('button', { name: 'Show copy.jpg' }).waitFor();
    const group = copies
      .getByRole('listitem')
      .filter({ has: page.getByRole('button', { name: 'Show copy.jpg' }) });
    await group.getByRole('button', { name: 'Keep one' }).click();
    await group.getByText('The others are excluded').waitFor();
    const { ids } = await studio.call('images.query', { filter: { excluded: true }, sort: 'name' });
    const { images } = await studio.call('images.get', { ids });
    expect(images.map(({ name }) => name)).toContain('copy.jpg');

    await page.getByRole('button', { name: 'Done' }).click();
    await labelRow(page, 'circle').waitFor();
  });
});
