/** The line to the studio breaks, as a tunnel does: the page says so, comes back, and has missed nothing. */
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, it, onTestFinished } from 'vitest';
import { openWebDoor } from '../../src-main/web/door.ts';
import { openPage, openProject, openStudio, rendererDir } from '../helpers/browser.ts';
import { fakeEngine } from '../helpers/fake-engine.ts';
import { cell, labelRow, saved } from '../helpers/label-room.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll } from '../helpers/studio.ts';
import { tcpProxy } from '../helpers/tcp-proxy.ts';
import { until } from '../helpers/until.ts';

const lost = (page: Page) => page.getByText('Connection to the studio lost, trying again');

it('misses no epoch while the connection is away', async () => {
  const engine = fakeEngine();
  const { studio, door, folder } = await openProject(engine);
  await writeShapes(join(folder, 'shapes'), 5);
  await importAll(studio, [join(folder, 'shapes')], 'folders');
  const proxy = await tcpProxy(door.port);
  onTestFinished(() => proxy.close());
  const address = new URL(door.url);
  address.port = String(proxy.port);
  const page = await openPage(address.href);

  await page.getByRole('link', { name: 'Train' }).click();
  await page.getByRole('button', { name: 'Train and compare 2 recipes' }).click();
  await until('the first run to start', () => engine.started.length === 1);
  const [run] = engine.started;
  const curve = (words: string) => page.getByRole('img', { name: `Accuracy by epoch. ${words}` });
  run!.epoch(0.25);
  await curve('validation: 0.25 after 1').waitFor();
  await page.getByRole('progressbar', { name: 'Epochs' }).waitFor();

  proxy.cut();
  await lost(page).waitFor();
  run!.epoch(0.5);
  run!.epoch(0.75);
  proxy.mend();
  await curve('validation: 0.75 after 3').waitFor();
  await saved(page);
  run!.epoch(1);
  await curve('validation: 1.00 after 4').waitFor();
  // Every epoch is a point of the curve: a move to the first, a line to each of the others.
  const line = curve('validation').locator('path[stroke-linejoin=round]');
  const path = await line.getAttribute('d');
  expect(path?.match(/[ML]/g)).toEqual(['M', 'L', 'L', 'L']);

  proxy.cut();
  await lost(page).waitFor();
  run!.finish(1);
  await until('the second run to start', () => engine.started.length === 2);
  engine.started[1]!.fail('The second one is not needed.');
  proxy.mend();
  await page.getByRole('link', { name: 'Compare 1 finished run' }).waitFor();
});

it('goes on with a studio that was started again', async () => {
  const first = await openStudio();
  const { path } = await first.studio.call('project.create', { path: join(first.folder, 'mine') });
  await writeShapes(join(first.folder, 'shapes'), 1);
  await importAll(first.studio, [join(first.folder, 'shapes')]);
  await first.studio.call('labels.create', { name: 'round' });
  const page = await openPage(first.door.url);
  await page.keyboard.press('Home');
  await labelRow(page, 'round').waitFor();
  await page.keyboard.press('1');
  await cell(page, 'circle 1.png, round').waitFor();
  await saved(page);

  await first.door.close();
  await first.studio.close();
  await lost(page).waitFor();

  const { studio } = await openStudio();
  await studio.call('project.open', { path });
  await studio.call('labels.create', { name: 'angular' });
  const door = await openWebDoor(studio, {
    rendererDir,
    port: first.door.port,
    token: first.door.token,
  });
  onTestFinished(() => door.close());
  await saved(page);
  await labelRow(page, 'angular').waitFor();
  await page.keyboard.press('2');
  await cell(page, 'square 1.png, angular').waitFor();
});
