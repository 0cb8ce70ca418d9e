import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { expect, it } from 'vitest';
import type { Studio } from '../../src-shared/contract.ts';
import { openPage, openProject } from '../helpers/browser.ts';
import { grid, saved } from '../helpers/label-room.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll, nextEvent } from '../helpers/studio.ts';

const mapOf = (page: Page): Locator => page.getByRole('application');

/** Labelled shapes and some without a label, on a map. */
async function shapesOnMap() {
  const { studio, door, folder } = await openProject();
  const [known, unknown] = [join(folder, 'known'), join(folder, 'unknown')];
  await writeShapes(known, 8);
  await writeShapes(unknown, 3);
  const ready = nextEvent(
    studio,
    'assist.progress',
    ({ state, done }) => state === 'ready' && done > 24,
  );
  await importAll(studio, [known], 'folders');
  await importAll(studio, [unknown]);
  await ready;
  const page = await openPage(door.url);
  await grid(page).locator('[tabindex="0"]').focus();
  await page.keyboard.press('Shift+M');
  await mapOf(page).waitFor();
  return { studio, page, map: mapOf(page) };
}

const count = async (studio: Studio, label: number | 'none') =>
  (await studio.call('images.query', { filter: { label }, sort: 'imported' })).ids.length;

it('lays all pictures out, is gone through with the arrows, and labels what a box selects', async () => {
  const { studio, page, map } = await shapesOnMap();
  expect(await map.evaluate((element) => element === document.activeElement)).toBe(true);
  const before = await count(studio, 'none');
  expect(before).toBeGreaterThan(0);
  const name = () => map.getAttribute('aria-label');
  const first = await name();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await expect.poll(name).not.toBe(first);
  expect(await name()).toMatch(/^\d+ pictures, likes close to one another\. .+; beside it \d /);

  // From the leftmost picture a box.
  await page.keyboard.press('Home');
  for (let i = 0; i < 60; i++) await page.keyboard.press('Shift+ArrowRight');
  for (let i = 0; i < 60; i++) await page.keyboard.press('Shift+ArrowDown');
  const details = page.getByRole('complementary', { name: 'Details' });
  await details
    .getByText(/\d+ pictures/)
    .first()
    .waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('2');
  await page.getByText(/labelled square\.$/).waitFor();
  await saved(page);
  expect(await count(studio, 'none')).toBe(0);
  const legend = page.getByRole('list', { name: 'What the colours mean' });
  await expect.poll(() => legend.getByRole('listitem').count()).toBe(1);
  await page.keyboard.press('Control+z');
  await expect.poll(() => count(studio, 'none')).toBe(before);

  await page.getByText(/^Undone: /).waitFor();
  await page.keyboard.press('Escape'); // the selection of many
  await page.keyboard.press('Escape');
  await grid(page).waitFor();
});

it('selects what a line is drawn around, zooms by the wheel, and picks with a click', async () => {
  const { studio, page, map } = await shapesOnMap();
  const { project } = await studio.call('project.current', {});
  const box = (await map.boundingBox())!;
  const corners = [
    [0.02, 0.02],
    [0.98, 0.02],
    [0.98, 0.98],
    [0.02, 0.98],
  ] as const;
  const at = ([x, y]: readonly [number, number]) =>
    [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...at(corners[0]));
  await page.mouse.down();
  for (const corner of corners.slice(1)) await page.mouse.move(...at(corner), { steps: 5 });
  await page.mouse.up();
  await page.getByText(`${project!.images} pictures selected`).first().waitFor();

  // Around nothing.
  await page.mouse.move(...at([0.005, 0.005]));
  await page.mouse.down();
  await page.mouse.move(...at([0.01, 0.005]), { steps: 3 });
  await page.mouse.move(...at([0.01, 0.01]), { steps: 3 });
  await page.mouse.up();
  await expect.poll(() => page.getByText(`${project!.images} pictures selected`).count()).toBe(0);

  // The legend selects a kind; what is selected is brought near, and then whole again.
  await page
    .getByRole('button', { name: /^circle/ })
    .last()
    .click();
  await page.mouse.move(...at([0.5, 0.5]));
  await page.mouse.wheel(0, -600);
  await map.focus();
  await page.keyboard.press('z');
});

it('has the colours of the theme, also of one that is chosen while it is there', async () => {
  const { page, map } = await shapesOnMap();
  const painted = () =>
    map.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  const settled = async () => {
    let last = '';
    await expect
      .poll(async () => {
        const before = last;
        last = await painted();
        return last === before;
      })
      .toBe(true);
    return last;
  };
  const light = await settled();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(painted).not.toBe(light);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(painted).toBe(light);
});

it('is coloured by what is predicted, and drawn anew', async () => {
  const { page, map } = await shapesOnMap();
  const select = page.getByRole('combobox', { name: 'Coloured by' });
  const legend = page.getByRole('list', { name: 'What the colours mean' });
  await legend.getByText('unlabelled').waitFor();
  await select.selectOption('Predicted label');
  await legend.getByText('unlabelled').waitFor({ state: 'detached' });
  await legend.getByText('circle').waitFor();
  await expect.poll(() => map.getAttribute('aria-label')).toMatch(/beside it/);
  await page.getByRole('button', { name: 'Draw anew' }).click();
  await expect.poll(() => page.getByRole('button', { name: 'Draw anew' }).isEnabled()).toBe(true);
});

it('can be stopped while it is drawn, and begun again', async () => {
  const { studio, page } = await shapesOnMap();
  const { project } = await studio.call('project.current', {});
  const drawn = studio.call('assist.map', { anew: true });
  const stopped = expect(drawn).rejects.toThrow('stopped before it was drawn');
  await studio.call('assist.cancelMap', {});
  await stopped;
  // The one that is there stays.
  expect((await studio.call('assist.map', {})).imageIds).toHaveLength(project!.images);
  await mapOf(page).waitFor();
});
