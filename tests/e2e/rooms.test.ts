/** How the rooms look and are reached, whatever is in them. */
import { join } from 'node:path';
import type { Page } from 'playwright';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Studio } from '../../src-shared/contract.ts';
import { openPage, openProject } from '../helpers/browser.ts';
import { fakeEngine } from '../helpers/fake-engine.ts';
import { cell, labelRow } from '../helpers/label-room.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll, nextEvent } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

const rooms = ['Label', 'Train', 'Compare', 'Use'] as const;

/** A project with everything in it: long names, many labels, finished runs. */
async function openFull() {
  const engine = fakeEngine();
  const open = await openProject(engine);
  const shapes = join(open.folder, 'shapes');
  await writeShapes(shapes, 5);
  await importAll(open.studio, [shapes], 'folders');
  await open.studio.call('labels.create', { name: longName });
  await train(open.studio, engine);
  return open;
}
const longName =
  'A label whose name goes on and on, as long as the field lets it, well beyond what any list can show';

async function train(studio: Studio, engine: ReturnType<typeof fakeEngine>): Promise<void> {
  const backbone = 'mobilenet_v2';
  await studio.call('runs.start', {
    runs: [
      { recipe: 'feature-extraction', backbone },
      { recipe: 'fine-tune-top', backbone },
    ],
  });
  for (const [place, share] of [0.5, 1].entries()) {
    await until('the run to start', () => engine.started.length === place + 1);
    const finished = nextEvent(studio, 'run.changed', ({ run }) => run.state === 'finished');
    engine.started[place]!.epoch(share / 2);
    engine.started[place]!.epoch(share);
    engine.started[place]!.finish(share);
    await finished;
  }
}

async function goTo(page: Page, room: (typeof rooms)[number]): Promise<void> {
  const link = page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: room });
  await link.click();
  await expect.poll(() => link.getAttribute('aria-current')).toBe('page');
}

/** What sticks out of the window on the right, by its text. */
const stickingOut = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((one) => {
        const { width, right } = one.getBoundingClientRect();
        const scrolls = one.closest('.scroll, .said');
        return width > 0 && !scrolls && Math.round(right) > window.innerWidth;
      })
      .map((one) => `${one.tagName} ${one.className} ${one.textContent?.slice(0, 40)}`),
  );

/** Containers in which one would have to scroll sideways. */
const scrollingSideways = (page: Page) =>
  page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('body *')]
      .filter((one) => {
        const { overflowX } = getComputedStyle(one);
        return /auto|scroll/.test(overflowX) && one.scrollWidth > one.clientWidth;
      })
      .map((one) => `${one.tagName} ${one.className}: ${one.scrollWidth} > ${one.clientWidth}`),
  );

describe('an empty project', () => {
  it('says in every room what it waits for, and leads on', async () => {
    const { door } = await openProject(fakeEngine());
    const page = await openPage(door.url);
    await page.getByRole('heading', { name: 'No pictures yet' }).waitFor();
    await goTo(page, 'Train');
    await page.getByText('Label some pictures with at least two labels to train.').waitFor();
    expect(await page.getByRole('button', { name: /^Train and compare/ }).isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'Label pictures' }).click();
    await page.getByRole('button', { name: 'Import pictures', exact: true }).first().waitFor();
    await goTo(page, 'Compare');
    await page.getByRole('heading', { name: 'Nothing to compare yet' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Train two recipes' }).click();
    await page.getByRole('heading', { name: 'Recipes to compare' }).waitFor();
    await goTo(page, 'Use');
    await page.getByRole('heading', { name: 'No model yet' }).waitFor();
  });

  it('says which label needs more pictures', async () => {
    const { studio, door, folder } = await openProject(fakeEngine());
    await writeShapes(join(folder, 'shapes'), 2);
    await importAll(studio, [join(folder, 'shapes')], 'folders');
    const page = await openPage(`${door.url}#train`);
    await page.getByText('Label 1 more picture of circle to train.').waitFor();
  });
});

describe('a full project', () => {
  it.each([
    { width: 1024, height: 700 },
    { width: 1280, height: 800 },
    { width: 1920, height: 1080 },
  ])('fits into $width x $height without a scroll bar below', async (viewport) => {
    const { door } = await openFull();
    const page = await openPage(door.url, { viewport });
    await cell(page, 'circle 1.png, circle').waitFor();
    for (const room of rooms) {
      await goTo(page, room);
      if (room === 'Compare') await page.getByRole('table').first().waitFor();
      expect(await stickingOut(page), room).toEqual([]);
      expect(await scrollingSideways(page), room).toEqual([]);
    }
  });

  it('ends long names in an ellipsis, and has the whole name in a title', async () => {
    const { door } = await openFull();
    const page = await openPage(door.url);
    const row = labelRow(page, longName);
    await row.waitFor();
    const name = row.getByText(longName);
    const { shown, whole } = await name.evaluate((span) => ({
      shown: span.clientWidth,
      whole: span.scrollWidth,
    }));
    expect(shown).toBeLessThan(whole);
    expect(await name.evaluate((span) => getComputedStyle(span).textOverflow)).toBe('ellipsis');
  });

  it('is dark when the system is, or when that is chosen', async () => {
    const { door } = await openFull();
    const brightness = async (page: Page) => {
      const { channels } = await sharp(await page.screenshot()).stats();
      return channels.slice(0, 3).reduce((sum, { mean }) => sum + mean / 3, 0);
    };
    const light = await openPage(`${door.url}#train`, { colorScheme: 'light' });
    await light.getByRole('heading', { name: 'Recipes to compare' }).waitFor();
    expect(await brightness(light)).toBeGreaterThan(200);
    const dark = await openPage(`${door.url}#train`, { colorScheme: 'dark' });
    await dark.getByRole('heading', { name: 'Recipes to compare' }).waitFor();
    expect(await brightness(dark)).toBeLessThan(60);

    await light.keyboard.press('Control+k');
    await light.getByRole('combobox', { name: 'Search or do anything' }).fill('dark');
    await light.keyboard.press('Enter');
    await expect.poll(() => brightness(light)).toBeLessThan(60);
    await light.reload();
    await light.getByRole('heading', { name: 'Recipes to compare' }).waitFor();
    expect(await brightness(light)).toBeLessThan(60);
  });
});

describe('the keyboard', () => {
  /** Presses Tab until the focus has come round; what it was on, and whether that could be seen. */
  async function tabThrough(page: Page) {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const stops: { readonly index: number; readonly visible: boolean; readonly name: string }[] =
      [];
    for (let i = 0; i < 200; i++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => {
        const one = document.activeElement;
        if (!one || one === document.body) return null;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
        return {
          index: [...document.querySelectorAll('*')].indexOf(one),
          visible: (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none',
          name: `${one.tagName} ${one.getAttribute('aria-label') ?? one.textContent?.trim()}`,
        };
      });
      if (!stop || stops.some(({ index }) => index === stop.index)) return stops;
      stops.push(stop);
    }
    throw new Error('the focus never came round');
  }

  /** Controls that can be pressed or filled in and are seen, as places among all elements. */
  const controls = (page: Page) =>
    page.evaluate(() => {
      const all = [...document.querySelectorAll('*')];
      return (
        [...document.querySelectorAll<HTMLElement>('a[href], button, input, select')]
          .filter((one) => one.checkVisibility() && one.tabIndex >= 0)
          // Arrows, not Tab, go from the chosen one of a group to the others.
          .filter((one) => !one.matches(':disabled, [type=radio]:not(:checked)'))
          .map((one) => ({
            index: all.indexOf(one),
            name: `${one.tagName} ${one.getAttribute('aria-label') ?? one.textContent?.trim()}`,
          }))
      );
    });

  it.each(rooms)('reaches every control of the room %s, and the focus is seen', async (room) => {
    const { door } = await openFull();
    const page = await openPage(`${door.url}#${room.toLowerCase()}`);
    await page.getByRole('navigation', { name: 'Rooms' }).waitFor();
    if (room === 'Label') await cell(page, 'circle 1.png, circle').waitFor();
    if (room === 'Compare') await page.getByRole('region', { name: 'Confusion matrix' }).waitFor();
    if (room === 'Use') await page.getByRole('button', { name: 'Save the model' }).waitFor();
    const stops = await tabThrough(page);
    const reached = new Set(stops.map(({ index }) => index));
    const missed = (await controls(page)).filter(({ index }) => !reached.has(index));
    expect(missed.map(({ name }) => name)).toEqual([]);
    expect(stops.filter(({ visible }) => !visible).map(({ name }) => name)).toEqual([]);
  });

  it('shows its keys on ?, and goes anywhere with Ctrl+K', async () => {
    const { door } = await openProject(fakeEngine());
    const page = await openPage(door.url);
    await page.getByRole('heading', { name: 'No pictures yet' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Take the label away').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or do anything' }).fill('compare');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Nothing to compare yet' }).waitFor();
  });
});
