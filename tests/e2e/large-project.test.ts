import { expect, it } from 'vitest';
import { openPage, openProject } from '../helpers/browser.ts';
import { cell, grid } from '../helpers/label-room.ts';
import { addManyPictures } from '../helpers/many-pictures.ts';

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

it('keeps in memory what stands in for pictures that are out of sight', async () => {
  const { studio, door } = await openProject();
  await addManyPictures(studio, 6000);
  const page = await openPage(door.url);
  await page.addInitScript(() => {
    const { createObjectURL } = URL;
    const made: string[] = [];
    URL.createObjectURL = (blob: Blob) => {
      made.push(createObjectURL.call(URL, blob));
      return made.at(-1)!;
    };
    Object.assign(window, { made });
  });
  await page.reload();
  /** Of each sheet: is it there as soon as it is asked for? */
  const atOnce = () =>
    page.evaluate(() =>
      (window as unknown as { made: string[] }).made.map((url) => {
        const image = new Image();
        image.src = url;
        return image.complete && image.naturalWidth > 0;
      }),
    );
  await expect.poll(atOnce).toEqual([true, true, true]);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  await page.waitForTimeout(500); // what nobody holds goes with the next tasks
  await devtools.send('HeapProfiler.collectGarbage');
  expect(await atOnce()).toEqual([true, true, true]);
});
