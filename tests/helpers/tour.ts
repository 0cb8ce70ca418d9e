/** One way through every room, dialog and mode of the page, for what must hold in all of them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import sharp from 'sharp';
import { EngineHost } from '../../src-main/engine/host.ts';
import type { Engine } from '../../src-main/studio/context.ts';
import type { OpenStudio } from './browser.ts';
import { type FakeEngine, fakeEngine } from './fake-engine.ts';
import { cell, grid } from './label-room.ts';
import { writeShapes } from './shapes.ts';
import { importAll, nextEvent } from './studio.ts';
import { until } from './until.ts';

const rooms = ['Label', 'Train', 'Compare', 'Use'] as const;
const longLabel = 'circles with a name of forty letters, ok';

/** Looks at pictures as the real one, and trains as a test tells it. */
export function tourEngine(): Engine & Pick<FakeEngine, 'started'> {
  const fake = fakeEngine();
  const real = new EngineHost();
  return {
    started: fake.started,
    run: (job, options) =>
      job.kind === 'train' || job.kind === 'measure'
        ? fake.run(job, options)
        : real.run(job, options),
    close: () => real.close(),
  };
}

const dialog = (page: Page) => page.getByRole('dialog');
const goTo = (page: Page, room: (typeof rooms)[number]) =>
  page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: room }).click();

async function back(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
}

/** Labelled shapes, one of them wrong, one twice, one marked; others without a label; a saved view. */
async function fill({ studio, folder }: OpenStudio): Promise<void> {
  const known = join(folder, 'known');
  await writeShapes(known, 8);
  await sharp(join(known, 'circle', 'circle 3.png'))
    .modulate({ hue: 40 })
    .toFile(join(known, 'square', 'wrong.png'));
  await sharp(join(known, 'triangle', 'triangle 4.png'))
    .resize(48)
    .jpeg({ quality: 95 })
    .toFile(join(known, 'triangle', 'copy.jpg'));
  await writeFile(join(known, 'circle', 'damaged.png'), 'no picture');
  const unknown = join(folder, 'unknown');
  await writeShapes(unknown, 11);
  const ready = nextEvent(
    studio,
    'assist.progress',
    ({ state, done }) => state === 'ready' && done > 40,
  );
  await importAll(studio, [known], 'folders');
  await importAll(studio, [unknown]);
  const { project } = await studio.call('project.current', {});
  const circles = project!.labels.find(({ name }) => name === 'circle')!;
  await studio.call('labels.update', { id: circles.id, name: longLabel });
  await studio.call('images.mark', { imageIds: [1], unsure: true, note: 'look again' });
  await studio.call('images.mark', { imageIds: [2], excluded: true });
  await studio.call('views.create', {
    name: 'Unsure ones',
    filter: { unsure: true },
    sort: 'name',
  });
  await ready;
}

async function* emptyRooms(page: Page) {
  await page.getByRole('heading', { name: 'No pictures yet' }).waitFor();
  for (const room of rooms) {
    await goTo(page, room);
    yield `${room}, empty`;
  }
  await goTo(page, 'Label');
}

async function* labelRoom(page: Page) {
  await grid(page).getByRole('gridcell').first().waitFor();
  await page.getByRole('button', { name: 'see why' }).click();
  yield 'report';
  await back(page);
  const first = grid(page)
    .locator('[tabindex="0"]')
    .and(page.getByTitle(/suggested/));
  await first.focus();
  await page.getByRole('button', { name: /^Look at them/ }).waitFor();
  yield 'grid';
  const over = [
    ['?', 'keys'],
    ['Control+k', 'palette'],
    ['t', 'find a label'],
    ['w', 'note'],
    ['h', 'history'],
    ['Shift+F', 'filter'],
    ['Shift+S', 'save a view'],
    ['i', 'import'],
    ['r', 'group'],
    ['Space', 'large view'],
  ] as const;
  for (const [key, what] of over) {
    await page.keyboard.press(key);
    await dialog(page).waitFor();
    yield what;
    await back(page);
    await first.focus();
  }
  await page.keyboard.press('v');
  await page.getByRole('region', { name: 'Labels that may be wrong' }).waitFor();
  yield 'review';
  await back(page);

  await page.getByRole('button', { name: /^Project / }).click();
  yield 'menu of the project';
  await page.getByText('Folders of this project').click();
  await dialog(page).waitFor();
  yield 'folders';
  await back(page);
  await page.getByRole('button', { name: /^Project / }).click();
  await page.getByText('Settings', { exact: true }).click();
  await dialog(page).getByRole('heading', { name: 'TensorFlow' }).waitFor();
  yield 'settings';
  await back(page);

  await first.focus();
  await page.keyboard.press('f');
  await page.getByRole('region', { name: 'Focus' }).waitFor();
  yield 'focus mode';
  await page.keyboard.press('Escape');
  await first.focus();
  await page.keyboard.press('Shift+M');
  await page.getByRole('application').waitFor();
  yield 'map';
  await page.keyboard.press('Shift+M');
  await first.focus();
  await page.keyboard.press('s');
  await page.getByText(/^Most like/).waitFor();
  yield 'similar pictures';
  await page.keyboard.press('Control+a');
  await page.keyboard.press('p');
  await page.keyboard.press('1');
  await page.keyboard.press('2');
  yield 'piles';
  await page.keyboard.press('Escape'); // it asks once
  yield 'leaving the piles';
  await back(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');

  const aside = page.getByRole('complementary', { name: 'Labels' });
  await aside.getByRole('button', { name: /^Unsure ones/ }).click();
  await cell(page, `circle 1.png, ${longLabel}, unsure, with a note`).click();
  await page.getByText(/^note: look again/).waitFor();
  yield 'a view, and one picture of it';
  await page
    .getByRole('searchbox', { name: 'Filter by name or label' })
    .fill('nothing is so called');
  await grid(page).waitFor({ state: 'detached' });
  yield 'nothing found';
}

async function* trainRoom(page: Page, engine: Pick<FakeEngine, 'started'>) {
  await goTo(page, 'Train');
  await page.getByRole('heading', { name: 'Recipes to compare' }).waitFor();
  yield 'Train';
  for (const recipe of ['Feature extraction', 'Fine-tune top']) {
    await page.getByRole('button', { name: `Settings of ${recipe}` }).click();
    for (const group of await dialog(page).locator('summary').all()) await group.click();
    await dialog(page).getByRole('region', { name: 'Preview of the views' }).waitFor();
    await dialog(page).getByAltText('View 1 of').waitFor();
    yield `settings of ${recipe}`;
    await back(page);
  }
  await page.getByRole('button', { name: 'Train and compare 2 recipes' }).click();
  for (const [at, share] of [0.5, 1].entries()) {
    await until('the run to start', () => engine.started.length === at + 1);
    const run = engine.started[at]!;
    for (const accuracy of [share / 3, share / 2, share]) run.epoch(accuracy);
    await page.getByText(/^Epoch 3 of/).waitFor();
    yield `run ${at + 1} going on`;
    run.finish(share);
  }
  await page.getByRole('link', { name: 'Compare 2 finished runs' }).waitFor();
  yield 'runs finished';
  const aside = page.getByRole('complementary', { name: 'Runs and networks' });
  await aside.getByRole('button', { name: /^Fine-tune top/ }).click();
  await page.getByRole('button', { name: 'Delete this run' }).waitFor();
  yield 'a finished run';
}

/** Goes through everything; says where it is each time there is something new to be looked at. */
export async function* tour(
  page: Page,
  open: OpenStudio,
  engine: Pick<FakeEngine, 'started'>,
): AsyncGenerator<string> {
  await page.getByRole('heading', { name: 'Drop a folder of pictures here' }).waitFor();
  yield 'first start';
  await open.studio.call('project.create', { path: join(open.folder, 'project') });
  yield* emptyRooms(page);
  await fill(open);
  yield* labelRoom(page);
  yield* trainRoom(page, engine);
  await goTo(page, 'Compare');
  await page.getByRole('region', { name: 'Confusion matrix' }).waitFor();
  yield 'Compare';
  await goTo(page, 'Use');
  await page.getByRole('button', { name: 'Save the model' }).waitFor();
  yield 'Use';
}
