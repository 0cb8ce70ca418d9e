import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openPage, openProject } from '../helpers/browser.ts';
import { cell } from '../helpers/label-room.ts';
import { noise } from '../helpers/pictures.ts';

it('watches an imported folder, marks what is missing and shows it when asked', async () => {
  const { door, folder } = await openProject();
  const source = join(folder, 'pond');
  await mkdir(source);
  for (const [i, name] of ['frog.png', 'newt.png'].entries())
    await noise(200, 150, i).blur(20).toFile(join(source, name));
  const page = await openPage(door.url);
  await page.getByRole('heading', { name: 'No pictures yet' }).waitFor();
  await page.keyboard.press('i');
  await page
    .getByLabel('or type its path')
    .or(page.getByLabel(/type a path/))
    .fill(source);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  expect(await page.getByRole('checkbox', { name: /Watch the folder/ }).isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await cell(page, 'newt.png, unlabelled').waitFor();

  await rename(join(source, 'frog.png'), join(folder, 'frog.png'));
  await cell(page, 'frog.png, unlabelled, file missing').waitFor();
  await page.getByRole('button', { name: 'Missing files 1' }).click();
  await cell(page, 'newt.png, unlabelled').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Project / }).click();
  await page.getByText('Folders of this project').click();
  const dialog = page.getByRole('dialog', { name: 'Folders of this project' });
  await dialog.getByText('2 pictures, 1 missing').waitFor();
  if (process.env.GRAFT_LOOK) await page.screenshot({ path: process.env.GRAFT_LOOK });

  await rename(join(folder, 'frog.png'), join(source, 'found.png'));
  await dialog.getByText('2 pictures', { exact: true }).waitFor();
  await dialog.getByRole('checkbox', { name: `Watch ${source}` }).uncheck();
  await dialog.getByRole('button', { name: `Take off the list: ${source}` }).click();
  await dialog.getByText('None yet.').waitFor();
});
