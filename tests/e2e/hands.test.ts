/** Labelling with the hands on the keyboard: marks, focus, piles, filters, views, history. */
import { join } from 'node:path';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { openPage, openProject } from '../helpers/browser.ts';
import { cell, grid, labelRow, saved } from '../helpers/label-room.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll } from '../helpers/studio.ts';

/** Fifteen shapes, labelled by their folders, and the page on them. */
async function shapes(labels: 'folders' | 'none' = 'folders') {
  const open = await openProject();
  const folder = join(open.folder, 'shapes');
  await writeShapes(folder, 5);
  await importAll(open.studio, [folder], labels);
  const page = await openPage(open.door.url);
  await grid(page).getByRole('gridcell').first().waitFor();
  return { ...open, page, pictures: folder };
}
const cells = (page: Page) => grid(page).getByRole('gridcell');
const dialog = (page: Page, name: string | RegExp) => page.getByRole('dialog', { name });
const place = (page: Page, name: RegExp) =>
  page.getByRole('complementary', { name: 'Labels' }).getByRole('button', { name });

describe('marks', () => {
  it('are given by key to a selection, seen, counted, listed, and undone', async () => {
    const { page } = await shapes();
    await cells(page).first().click();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('u');
    await place(page, /^Unsure 2/).waitFor();
    await page.keyboard.press('x');
    await place(page, /^Excluded 2/).waitFor();
    await page.keyboard.press('w');
    await page.keyboard.type('two in one');
    await page.keyboard.press('Enter');
    await grid(page)
      .getByRole('gridcell', { name: /unsure, excluded, with a note$/ })
      .nth(1)
      .waitFor();
    await place(page, /^Excluded 2/).click();
    await expect.poll(() => cells(page).count()).toBe(2);
    await cells(page).first().click();
    await page.getByText('two in one').waitFor();
    await page.getByText(/^note: two in one/).waitFor();
    for (let i = 0; i < 3; i++) await page.keyboard.press('Control+z');
    await expect.poll(() => place(page, /^(Unsure|Excluded)/).count()).toBe(0);
  });
});

describe('the focus mode', () => {
  it('labels one picture after the other, by key, and gives the grid back', async () => {
    const { page } = await shapes('none');
    for (const name of ['circle', 'square']) {
      await page.keyboard.press('n');
      await page.keyboard.type(name);
      await page.keyboard.press('Enter');
      await labelRow(page, name).waitFor();
    }
    await cells(page).first().click();
    await page.keyboard.press('f');
    const focus = page.getByRole('region', { name: 'Focus' });
    await focus.getByRole('group', { name: /, 1 of 15$/ }).waitFor();
    await page.keyboard.press('1');
    await focus.getByRole('group', { name: /unlabelled, 2 of 15$/ }).waitFor();
    await page.keyboard.press('2');
    await page.keyboard.press('ArrowLeft');
    await focus.getByRole('group', { name: /square, 2 of 15$/ }).waitFor();
    await focus.getByRole('checkbox', { name: 'Go on by itself' }).uncheck();
    await focus.getByRole('button', { name: 'circle 1', exact: true }).click();
    await focus.getByRole('group', { name: /circle, 2 of 15$/ }).waitFor();
    await page.keyboard.press('Escape');
    await cells(page).first().waitFor();
    await saved(page);
    await page.getByText('13 of 15 to go').waitFor();
  });

  it('zooms into a box, turns and stretches the contrast by key', async () => {
    const { page } = await shapes();
    await cells(page).first().click();
    await page.keyboard.press('Space');
    const view = dialog(page, /1 of 15/);
    await view.getByText('400 %').waitFor();
    await page.keyboard.press('b');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Enter');
    const percent = async () =>
      Number.parseInt((await view.getByText(/^\d+ %$/).textContent()) ?? '', 10);
    await expect.poll(percent).toBeGreaterThan(400);
    await page.keyboard.press(']');
    const style = () => view.locator('img').last().getAttribute('style');
    await expect.poll(style).toContain('rotate(90deg)');
    await page.keyboard.press('c');
    await view.getByRole('button', { name: 'Stretch the contrast', pressed: true }).waitFor();
    await expect.poll(style).toContain('url(');
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() =>
        dialog(page, /2 of 15/)
          .locator('img')
          .last()
          .getAttribute('style'),
      )
      .toContain('rotate(0deg)');
    await page.keyboard.press('Escape');
  });
});

it('a note on the picture that is shown large is written over it, and leads back to it', async () => {
  const { page } = await shapes();
  await cells(page).first().click();
  await page.keyboard.press('Space');
  const view = dialog(page, /1 of 15/);
  await view.waitFor();
  await page.keyboard.press('w');
  await page.keyboard.type('blurred');
  await page.keyboard.press('Enter');
  await dialog(page, 'Note').waitFor({ state: 'detached' });
  await view.waitFor();
  await page.keyboard.press('ArrowRight');
  await dialog(page, /2 of 15/).waitFor();
  await page.keyboard.press('Escape');
  await grid(page)
    .getByRole('gridcell', { name: /with a note$/ })
    .waitFor();
});

describe('piles', () => {
  it('deal a selection by key, take back, and label all at once, in one step', async () => {
    const { page } = await shapes();
    const names = ['circle', 'square', 'triangle'];
    const before = await Promise.all(names.map((name) => labelRow(page, name).textContent()));
    await cells(page).first().click();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('0');
    await page.getByText('15 of 15 to go').waitFor();
    await page.keyboard.press('p');
    const piles = dialog(page, 'Sort into piles');
    for (const key of ['1', '1', '2', 'Backspace', 'ArrowRight', 'ArrowDown', ' ', '3'])
      await page.keyboard.press(key);
    await piles.getByText('10 to go', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await piles.getByText(/not labelled yet/).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('4 pictures sorted into piles.').waitFor();
    await page.getByText('11 of 15 to go').waitFor();
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await page.getByText('All labelled').waitFor();
    expect(await Promise.all(names.map((name) => labelRow(page, name).textContent()))).toEqual(
      before,
    );
  });
});

describe('filters', () => {
  it('combine, say how many fit while they are chosen, and are kept as a view with a live count', async () => {
    const { page } = await shapes();
    await cells(page).first().click();
    await page.keyboard.press('u');
    await place(page, /^Unsure 1/).waitFor();
    await page.keyboard.press('Shift+F');
    const filter = dialog(page, 'Filter');
    await filter.getByText('15 pictures').waitFor();
    await filter.getByRole('checkbox', { name: 'circle' }).check();
    await filter.getByText('5 pictures').waitFor();
    await filter.getByLabel('Unsure').selectOption('no');
    await filter.getByLabel('Size from').fill('10');
    await filter.getByLabel('Folder').selectOption({ index: 1 });
    await filter.getByRole('button', { name: 'Show' }).click();
    const line = page.getByRole('group', { name: 'Filter' });
    await line.getByRole('button', { name: 'Take away: Not unsure' }).waitFor();
    await expect.poll(() => cells(page).count()).toBeLessThan(15);
    const many = await cells(page).count();
    await page.keyboard.press('Shift+S');
    const name = dialog(page, 'Save as a view').getByRole('textbox', { name: 'Name of the view' });
    await name.fill('Sure circles');
    await page.keyboard.press('Enter');
    const view = page.getByRole('button', { name: new RegExp(`^Sure circles ${many}`) });
    await view.waitFor();
    await cells(page).first().click();
    await page.keyboard.press('u');
    await page.getByRole('button', { name: new RegExp(`^Sure circles ${many - 1}`) }).waitFor();
    await place(page, /^All pictures/).click();
    await line.getByRole('button', { name: /Not unsure/ }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Sure circles/ }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => cells(page).count()).toBe(many - 1);
    await page.reload();
    await page.getByRole('button', { name: /^Sure circles/ }).waitFor();
  });

  it('take several labels, and say what no longer fits once it was marked', async () => {
    const { page } = await shapes();
    await cells(page).first().waitFor();
    await page.keyboard.press('Shift+F');
    const filter = dialog(page, 'Filter');
    const labels = filter.getByRole('group', { name: 'Labels' });
    await labels.getByRole('checkbox', { name: 'circle' }).press(' ');
    await labels.getByRole('checkbox', { name: 'triangle' }).press(' ');
    await filter.getByLabel('Excluded').selectOption('no');
    await filter.getByText('10 pictures').waitFor();
    await filter.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('button', { name: 'Take away: circle or triangle' }).waitFor();
    await expect.poll(() => cells(page).count()).toBe(10);
    await cells(page).first().click();
    await page.keyboard.press('x');
    const again = page.getByRole('button', { name: /^1 no longer fit/ });
    await again.waitFor();
    expect(await cells(page).count()).toBe(10);
    await page.keyboard.press('Control+z');
    await again.waitFor({ state: 'detached' });
    await page.keyboard.press('x');
    await again.click();
    await expect.poll(() => cells(page).count()).toBe(9);
  });

  it('warn of a thin class', async () => {
    const { page, studio } = await shapes('none');
    const { id } = await studio.call('labels.create', { name: 'circle' });
    await studio.call('labels.assign', { imageIds: [1, 2], labelId: id });
    await page
      .getByRole('img', { name: '2 pictures: too few to train, validate and test' })
      .waitFor();
    await studio.call('labels.assign', { imageIds: [3, 4], labelId: id });
    await page.getByRole('img', { name: '4 pictures: few to learn from' }).waitFor();
  });
});

describe('the history of the project', () => {
  it('lists every step and turns back and forth to any', async () => {
    const { page } = await shapes();
    await cells(page).first().click();
    await page.keyboard.press('0');
    await page.getByText('1 of 15 to go').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('u');
    await place(page, /^Unsure 1/).waitFor();
    await page.keyboard.press('h');
    const history = dialog(page, 'History of the project');
    await history.getByText('Mark 1 picture as unsure').waitFor();
    await history.getByRole('button', { name: /^Undo to here: import 15 pictures/ }).click();
    await history.getByRole('button', { name: /^Redo to here: mark 1 picture/ }).waitFor();
    await page.getByText('All labelled').waitFor();
    await history.getByRole('button', { name: /^Redo to here: mark 1 picture/ }).click();
    await page.getByText('1 of 15 to go').waitFor();
    await page.keyboard.press('Escape');
    expect(await cell(page, 'circle 1.png, circle').count()).toBeLessThanOrEqual(1);

    // Back before the import: the pictures are gone, and one key brings them back.
    await page.keyboard.press('h');
    await history.getByRole('button', { name: 'Undo everything' }).click();
    await page.getByRole('heading', { name: 'No pictures yet' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Shift+Z');
    await page.getByText(/^Done again: import 15 pictures/).waitFor();
    await cells(page).first().waitFor();
    await page.getByText('All labelled').waitFor();
  });
});
