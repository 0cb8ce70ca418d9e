/** Pictures on their way into a project: archives, what is dropped, and what is wrong with some. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { zip } from '../helpers/archives.ts';
import { openPage, openProject } from '../helpers/browser.ts';
import { cell } from '../helpers/label-room.ts';
import { writeShapes } from '../helpers/shapes.ts';

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
