/** One studio, several windows: each shows what was done in the others. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type OpenStudio, openPage, openProject } from '../helpers/browser.ts';
import { cell, labelRow } from '../helpers/label-room.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll } from '../helpers/studio.ts';

async function openShapes(): Promise<OpenStudio> {
  const open = await openProject();
  await writeShapes(join(open.folder, 'shapes'), 3);
  await importAll(open.studio, [join(open.folder, 'shapes')], 'folders');
  return open;
}

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

it('goes along when another project is opened, and shows none of the pictures of the one before', async () => {
  const { studio, door, folder } = await openShapes();
  const [one, other] = [await openPage(door.url), await openPage(door.url)];
  await cell(other, 'circle 1.png, circle').waitFor();
  await studio.call('project.create', { path: join(folder, 'second') });
  for (const page of [one, other]) {
    await page.getByRole('heading', { name: 'No pictures yet' }).waitFor();
    expect(await page.title()).toBe('second · Label · Graft');
  }
  await one.keyboard.press('Control+k');
  await one
    .getByRole('combobox', { name: 'Search or do anything' })
    .fill('open the project project');
  await one.keyboard.press('Enter');
  await cell(other, 'circle 1.png, circle').waitFor();
});
