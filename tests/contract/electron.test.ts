/**
 * The desktop door, executed: a real Electron window under a real (or virtual) screen, onto a studio on
 * this Node. With npm's Electron where its binary is there, otherwise with an old one (tests/electron).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStudio } from '../../src-main/studio/studio.ts';
import { openWebDoor, type WebDoor } from '../../src-main/web/door.ts';
import type { Studio } from '../../src-shared/contract.ts';
import type { Application } from '../helpers/devtools.ts';
import { openWindow } from '../helpers/electron-window.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { until } from '../helpers/until.ts';
import { bringElectron } from '../setup/electron.ts';

const electron = bringElectron();
if (electron.kind === 'none') {
  console.warn(`\n!!! THE DESKTOP DOOR WAS NOT TESTED: ${electron.why}.\n`);
}

describe.skipIf(electron.kind === 'none')('the desktop door in a real window', () => {
  let folder: string;
  let studio: Studio;
  let door: WebDoor;
  let window: Application;

  beforeAll(async () => {
    if (electron.kind === 'none') return;
    folder = await mkdtemp(join(tmpdir(), 'graft-electron-'));
    process.env.GRAFT_HOME = join(folder, 'home');

    studio = createStudio();
    await studio.call('project.create', { path: join(folder, 'project') });
    await writeShapes(join(folder, 'shapes'), 12);
    const imported = new Promise<void>((resolve) => {
      studio.subscribe((event) => event.name === 'import.finished' && resolve());
    });
    await studio.call('images.import', { sources: [join(folder, 'shapes')], labels: 'folders' });
    await imported;

    door = await openWebDoor(studio, { rendererDir: null });
    window = await openWindow(electron, door.url, folder);
  }, 180_000);

  afterAll(async () => {
    await window?.close();
    await door?.close();
    await studio?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it("shows the studio's own page through the custom protocol", async () => {
    const { page } = window;
    await until('the four rooms', () =>
      page.evaluate<boolean>("document.querySelectorAll('nav a').length >= 4"),
    );
    expect(await page.evaluate('location.origin + location.pathname')).toBe(
      'graft://studio/index.html',
    );
    expect(await page.evaluate('document.title')).toContain('project');
  });

  it('lets the page read the pixels of pictures, by which it stretches the contrast', async () => {
    const alpha = await window.page.evaluate(`(async () => {
      const image = new Image();
      image.src = window.graft.mediaBase + 'thumbnail/1';
      await image.decode();
      const context = document.createElement('canvas').getContext('2d');
      context.drawImage(image, 0, 0, 8, 8);
      return context.getImageData(0, 0, 1, 1).data[3];
    })()`);
    expect(alpha).toBe(255);
  });

  it('gives the page the contract and nothing else', async () => {
    const { page } = window;
    expect(await page.evaluate('Object.keys(window.graft).sort()')).toEqual([
      'call',
      'choose',
      'door',
      'local',
      'mediaBase',
      'onConnection',
      'pathOf',
      'subscribe',
    ]);
    for (const name of ['require', 'module', 'process', 'ipcRenderer', 'Buffer', 'global']) {
      expect(await page.evaluate(`typeof window.${name}`), name).toBe('undefined');
    }
    expect(await page.evaluate('[window.graft.door, window.graft.local]')).toEqual([
      'electron',
      false,
    ]);
  });

  it('answers calls, and refuses in a sentence', async () => {
    const { page } = window;
    const reply = await page.evaluate("window.graft.call('project.current', {})");
    expect(reply).toMatchObject({ ok: true, value: { project: { images: 36, labelled: 36 } } });
    expect(await page.evaluate("window.graft.call('files.delete', {})")).toMatchObject({
      ok: false,
      error: { code: 'unknown-call' },
    });
    expect(await page.evaluate("window.graft.call('labels.create', { name: '' })")).toMatchObject({
      ok: false,
      error: { code: 'invalid-input' },
    });
  });

  it('loads thumbnails', async () => {
    const size = await window.page.evaluate(`new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve([image.naturalWidth, image.naturalHeight]);
      image.onerror = () => reject(new Error('not loaded'));
      image.src = window.graft.mediaBase + 'thumbnail/1';
    })`);
    expect(size).toEqual([64, 64]);
  });

  it('streams epochs in', async () => {
    const { page } = window;
    await page.evaluate(
      "window.seen = []; window.graft.subscribe((event) => window.seen.push(event)); 'subscribed'",
    );
    const started = await page.evaluate<{ ok: boolean }>(
      `window.graft.call('runs.start', { runs: [{ recipe: 'feature-extraction', backbone: 'mobilenet_v2', settings: { epochs: 3 } }] })`,
    );
    expect(started).toMatchObject({ ok: true });
    await until('the end of the run', () =>
      page.evaluate<boolean>(
        "window.seen.some(({ name, data }) => name === 'run.changed' && data.run.state === 'finished')",
      ),
    );
    const epochs = await page.evaluate(
      "window.seen.filter(({ name }) => name === 'run.epoch').map(({ data }) => data.epoch.epoch)",
    );
    expect(epochs).toEqual([1, 2, 3]);
  });

  it('shows something: its picture is not one colour', async () => {
    const picture = await window.page.screenshot();
    const { channels } = await sharp(picture).stats();
    expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(5);
  });
});
