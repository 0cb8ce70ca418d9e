import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openPage, openProject } from '../helpers/browser.ts';
import { cell, grid } from '../helpers/label-room.ts';
import { noise } from '../helpers/pictures.ts';

it('tells what the pictures are like, and opens those behind a bar', async () => {
  const { door, folder } = await openProject();
  await noise(200, 150, 1).toFile(join(folder, 'wide.png'));
  await noise(300, 300, 2).toFile(join(folder, 'square.png'));
  const page = await openPage(door.url);
  await page.getByRole('button', { name: /^Project / }).click();
  await page.getByText('Statistics', { exact: true }).click();
  await page.getByText('No pictures yet').waitFor();
  await page.evaluate((path) => {
    location.hash = 'label';
    return path;
  }, folder);
  await page.keyboard.press('i');
  await page.getByLabel(/type (its|a) path/).fill(folder);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await cell(page, 'wide.png, unlabelled').waitFor();

  await page.keyboard.press('Control+k');
  await page.keyboard.type('Statistics');
  await page.keyboard.press('Enter');
  const shape = page.getByRole('region', { name: 'Shape: width by height' });
  await shape.getByRole('button', { name: 'square: 1 picture' }).waitFor();
  expect(await page.getByText('No file was found twice.').isVisible()).toBe(true);
  if (process.env.GRAFT_LOOK) await page.screenshot({ path: `${process.env.GRAFT_LOOK}-4.png` });
  await shape.getByRole('button', { name: 'square: 1 picture' }).press('Enter');
  await cell(page, 'square.png, unlabelled').waitFor();
  await expect.poll(() => grid(page).getByRole('gridcell').count()).toBe(1);
  await page.getByText('Width by height from 0.95 up to 1.05').waitFor();
});
