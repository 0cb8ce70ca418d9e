import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openPage, openProject } from '../helpers/browser.ts';
import { cell } from '../helpers/label-room.ts';
import { noise } from '../helpers/pictures.ts';

it('imports labels with a report, and exports a dataset', async () => {
  const { door, folder } = await openProject();
  for (const [i, name] of ['frog.png', 'newt.png'].entries())
    await noise(200, 150, i).blur(20).toFile(join(folder, name));
  const labels = join(folder, 'labels.csv');
  await writeFile(labels, 'path,label\nfrog.png,Frog\nnewt.png,Newt\nnone.png,Newt\n');
  const page = await openPage(door.url);

  await page.getByRole('button', { name: /^Project / }).click();
  await page.getByText('Import labels', { exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Import labels' });
  await dialog.getByLabel(/File, folder or archive/).fill(labels);
  if (process.env.GRAFT_LOOK) await page.screenshot({ path: `${process.env.GRAFT_LOOK}-1.png` });
  await page.keyboard.press('Enter');
  const report = page.getByRole('dialog', { name: '2 pictures labelled' });
  await report.getByText('2 pictures imported first').waitFor();
  await report.getByText('line 4, none.png').waitFor();
  if (process.env.GRAFT_LOOK) await page.screenshot({ path: `${process.env.GRAFT_LOOK}-2.png` });
  await page.keyboard.press('Escape');
  await cell(page, 'newt.png, Newt').waitFor();

  // From the browser's own computer: found by name.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Import labels');
  await page.keyboard.press('Enter');
  await page.locator('input[data-kind=labels]').setInputFiles({
    name: 'more.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('image;class\nnewt.png;Toad\n'),
  });
  await page.getByRole('dialog', { name: '1 picture labelled' }).waitFor();
  await page.keyboard.press('Escape');
  await cell(page, 'newt.png, Toad').waitFor();

  await page.getByRole('button', { name: /^Project / }).click();
  await page.getByText('Export dataset', { exact: true }).click();
  const out = page.getByRole('dialog', { name: 'Export dataset' });
  await out.getByRole('radio', { name: /COCO/ }).check();
  await out.getByLabel(/new folder/i).fill(join(folder, 'out'));
  if (process.env.GRAFT_LOOK) await page.screenshot({ path: `${process.env.GRAFT_LOOK}-3.png` });
  await out.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByText(/2 pictures saved to/).waitFor();
  expect((await readdir(join(folder, 'out'))).toSorted()).toEqual(['annotations.json', 'images']);
});
