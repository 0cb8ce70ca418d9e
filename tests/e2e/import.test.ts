/** Pictures on their way into a project through the page: folders, archives, and what is wrong with some. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { zip } from '../helpers/archives.ts';
import { openPage, openProject, openStudio } from '../helpers/browser.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { cell, grid, labelRow } from '../helpers/label-room.ts';
import { addManyPictures } from '../helpers/many-pictures.ts';
import { writeShapes } from '../helpers/shapes.ts';

it('makes a project of a folder that is chosen at the first start, its folders being labels', async () => {
  const { door } = await openStudio();
  const shapes = join(await temporaryFolder(), 'shapes');
  await writeShapes(shapes, 2);
  const page = await openPage(door.url);
  await page.locator('input[data-kind="folder"]').setInputFiles(shapes);

  await page.getByText('6 pictures imported').waitFor();
  expect(await page.title()).toBe('shapes · Label · Graft');
  for (const name of ['circle', 'square', 'triangle'])
    await expect.poll(() => labelRow(page, name).innerText()).toMatch(/\b2\b/);
  await cell(page, 'square 2.png, square').waitFor();
});

it('opens a folder by its path, where the studio is on this computer', async () => {
  const { door } = await openStudio();
  const shapes = join(await temporaryFolder(), 'shapes');
  await writeShapes(shapes, 1);
  const page = await openPage(door.url);
  await page.getByRole('checkbox', { name: 'Folder names inside it are labels' }).uncheck();
  await page.getByRole('textbox', { name: /type a path/ }).fill(shapes);
  await page.keyboard.press('Enter');
  await page.getByText('3 pictures imported').waitFor();
  await cell(page, 'circle 1.png, unlabelled').waitFor();
});

it('unpacks an archive, and says of every file that is left out why', async () => {
  const { door, folder } = await openProject();
  const shapes = join(folder, 'shapes');
  await writeShapes(shapes, 2);
  const whole = await readFile(join(shapes, 'circle', 'circle 1.png'));
  const archive = join(folder, 'round things.zip');
  await writeFile(
    archive,
    zip([
      { name: 'circle/circle 1.png', bytes: whole },
      { name: 'circle/damaged.png', bytes: whole.subarray(0, whole.length / 2) },
      { name: 'circle/empty.png' },
      { name: 'circle/letter.png', bytes: Buffer.from('Dear reader') },
      { name: '../outside.png', bytes: whole },
    ]),
  );
  const page = await openPage(door.url);
  await page.getByRole('heading', { name: 'No pictures yet' }).waitFor();
  await page.keyboard.press('i');
  const dialog = page.getByRole('dialog', { name: 'Import pictures' });
  await dialog.locator('input[data-kind="files"]').setInputFiles(archive);
  await dialog.getByRole('checkbox', { name: /Folder names are labels/ }).check();
  await page.keyboard.press('Escape');
  expect(await dialog.count(), 'Esc puts the dialog away and imports nothing').toBe(0);

  await page.keyboard.press('i');
  await dialog.locator('input[data-kind="files"]').setInputFiles(archive);
  await dialog.getByRole('checkbox', { name: /Folder names are labels/ }).check();
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('1 picture imported, 4 left out.').waitFor();
  await cell(page, 'circle 1.png, circle').waitFor();

  await page.getByRole('button', { name: '4 files left out: see why' }).click();
  const report = page.getByRole('dialog', { name: '4 files left out' });
  const words = (await report.getByRole('listitem').allInnerTexts()).join('\n');
  for (const name of ['damaged.png', 'empty.png', 'letter.png', 'outside.png'])
    expect(words).toContain(name);
  await page.keyboard.press('Enter');
  await expect.poll(() => report.count()).toBe(0);
  expect(await page.getByText('left out: see why').count()).toBe(0);
});

it('takes what is dropped on the pictures', async () => {
  const { door, folder } = await openProject();
  await writeShapes(join(folder, 'shapes'), 1);
  const bytes = await readFile(join(folder, 'shapes', 'square', 'square 1.png'));
  const page = await openPage(door.url);
  await page.getByRole('heading', { name: 'No pictures yet' }).waitFor();
  const data = await page.evaluateHandle((base64) => {
    const transfer = new DataTransfer();
    const raw = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    transfer.items.add(new File([raw], 'dropped.png', { type: 'image/png' }));
    return transfer;
  }, bytes.toString('base64'));
  const place = page.getByRole('main', { name: 'Pictures' }).locator('.zone');
  await place.dispatchEvent('dragover', { dataTransfer: data });
  await place.dispatchEvent('drop', { dataTransfer: data });
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await cell(page, 'dropped.png, unlabelled').waitFor();
});

it('shows a project of ten thousand pictures to its end, by keyboard', async () => {
  const { studio, door } = await openProject();
  await addManyPictures(studio, 10_000);
  const page = await openPage(door.url);
  await grid(page).getByRole('gridcell').first().waitFor();
  expect(await page.getByText('10,000 of 10,000 to go').count()).toBe(1);
  // Only what is in sight is in the page.
  expect(await grid(page).getByRole('gridcell').count()).toBeLessThan(300);

  await page.keyboard.press('End');
  const last = cell(page, 'picture 09999.png, unlabelled');
  await last.waitFor();
  expect(await last.getAttribute('tabindex')).toBe('0');
  await expect
    .poll(() => last.locator('img').evaluate((img: HTMLImageElement) => img.naturalWidth))
    .toBeGreaterThan(0);
  await page.keyboard.press('PageUp');
  await expect.poll(() => last.getAttribute('tabindex')).toBe('-1');
  await page.keyboard.press('Home');
  await cell(page, 'picture 00000.png, unlabelled').waitFor();
});
