/**
 * `npm run -s bench -- map [pictures]`: the map of 10,000 pictures.
 *
 * How long the projection takes (made-up features of 1,280 numbers in fifty clusters; beside it, on 2,000, umap-js with its
 * own search for neighbours), and the time between frames while the real page moves and zooms it, beside the same page at
 * rest. The studio's engine is a stand-in there, which has the points ready.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { UMAP } from 'umap-js';
import type { Matrix } from '../../src-main/engine/assist/algebra.ts';
import { unitVector } from '../../src-main/engine/assist/embedding.ts';
import { project } from '../../src-main/engine/assist/projection.ts';
import { root } from '../../src-main/programs.ts';
import type { Engine } from '../../src-main/studio/context.ts';
import { createStudio } from '../../src-main/studio/studio.ts';
import { openWebDoor } from '../../src-main/web/door.ts';
import { seededRandom } from '../../src-shared/random.ts';
import { chromiumOptions } from '../setup/chromium.ts';
import { largeProject } from './helpers/large-project.ts';
import { median, print, quantile } from './helpers/print.ts';

const columns = 1280;
const clusters = 50;

/** Fifty directions with noise around them. */
function features(count: number): Matrix {
  const random = seededRandom(1, 1);
  const gauss = () => random() + random() + random() + random() - 2;
  const centres = Array.from({ length: clusters }, () =>
    Float32Array.from({ length: columns }, gauss),
  );
  const data = new Float32Array(count * columns);
  for (let i = 0; i < count; i++) {
    const centre = centres[i % clusters]!;
    data.set(unitVector(centre.map((value) => value + 1.5 * gauss())), i * columns);
  }
  return { rows: count, columns, data };
}

const quiet = { signal: new AbortController().signal, report: () => {} };

async function seconds(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function projection(count: number): Promise<void> {
  const all = features(count);
  await project({ ...all, rows: 200, data: all.data.slice(0, 200 * columns) }, quiet); // opens its sessions
  const value = await seconds(() => project(all, quiet));
  print({ name: `projection-${count}`, value, unit: 's' });
  const few = { ...all, rows: 2000, data: all.data.slice(0, 2000 * columns) };
  const ours = await seconds(() => project(few, quiet));
  const rows = Array.from({ length: few.rows }, (_, i) =>
    Array.from(few.data.subarray(i * columns, (i + 1) * columns)),
  );
  const options = { nNeighbors: 15, nEpochs: 200, minDist: 0.25, random: seededRandom(1, 2) };
  const theirs = await seconds(() => new UMAP(options).fit(rows));
  print({ name: 'projection-2000', value: ours, unit: 's' });
  print({ name: 'projection-2000-umap-js-alone', value: theirs, unit: 's' });
  print({ name: 'projection-2000-times-as-fast', value: theirs / ours, unit: 'x' });
}

/** Has seen all pictures, and has them on a map in fifty heaps. */
function standIn(ids: () => readonly number[]): Engine {
  const random = seededRandom(2, 2);
  const spread = (at: number) => at + 0.05 * (random() + random() - 1);
  const answers: Readonly<Record<string, () => unknown>> = {
    embed: () => ({ embedding: 'made up', rows: ids().length, failed: [] }),
    suggest: () => ({
      name: 'none',
      ids: new Int32Array(),
      labels: new Uint16Array(),
      confidences: new Uint16Array(),
      uncertainties: new Uint16Array(),
    }),
    map: () => {
      const angle = (i: number) => (2 * Math.PI * (i % clusters)) / clusters;
      const far = (i: number) => 0.2 + 0.7 * (((i % clusters) * 7) % 11) * 0.1;
      return {
        ids: Int32Array.from(ids()),
        points: Float32Array.from(
          ids().flatMap((_, i) => [
            spread(far(i) * Math.cos(angle(i))),
            spread(far(i) * Math.sin(angle(i))),
          ]),
        ),
        projected: ids().length,
      };
    },
  };
  return {
    run: (async (job: { readonly kind: string }) => answers[job.kind]?.() ?? null) as Engine['run'],
    close: async () => {},
  };
}

/** Milliseconds between frames while `act` is done in each. */
const frames = (page: Page, act: string, count = 180) =>
  page.evaluate<number[]>(`(async () => {
    const map = document.querySelector('[role=application]');
    const press = (key, more) =>
      map.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
    const wheel = (deltaY) => map.dispatchEvent(new WheelEvent('wheel', { deltaY, clientX: 640, clientY: 400, bubbles: true, cancelable: true }));
    const intervals = [];
    let last = await new Promise(requestAnimationFrame);
    for (let i = 0; i < ${count}; i++) {
      ${act};
      const now = await new Promise(requestAnimationFrame);
      intervals.push(now - last);
      last = now;
    }
    return intervals;
  })()`);

async function drawing(count: number): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'graft-bench-'));
  process.env.GRAFT_HOME = home;
  const large = await largeProject(count);
  let ids: readonly number[] = [];
  const studio = createStudio({ engine: standIn(() => ids) });
  const door = await openWebDoor(studio, { rendererDir: join(root, 'out', 'renderer') });
  const browser = await chromium.launch(chromiumOptions());
  try {
    ids = Array.from({ length: count }, (_, i) => i + 1);
    await studio.call('project.open', { path: large.path });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(120_000);
    await page.goto(door.url);
    await page.getByRole('gridcell').first().focus();
    await page.keyboard.press('Shift+M');
    const map = page.getByRole('application');
    await map.waitFor();
    await page.waitForTimeout(1000);
    const ways = {
      rest: '',
      'dots-moved': `press(i % 60 < 30 ? 'ArrowRight' : 'ArrowLeft', { altKey: true })`,
      'dots-zoomed': 'wheel(i % 40 < 20 ? -20 : 20)',
      'cursor-moved': `press(i % 2 ? 'ArrowRight' : 'ArrowDown', {})`,
    };
    let rest = 0;
    for (const [name, act] of Object.entries(ways)) {
      if (name !== 'rest') {
        const before = await map.screenshot();
        await frames(page, act, 1);
        if (before.equals(await map.screenshot()))
          throw new Error(`${name}: the map stayed as it was`);
      }
      const intervals = await frames(page, act);
      const value = median(intervals);
      if (name === 'rest') rest = value;
      print({ name: `frame-${name}-median`, value, unit: 'ms', atMost: 17 });
      print({ name: `frame-${name}-p95`, value: quantile(intervals, 0.95), unit: 'ms' });
      if (name !== 'rest') print({ name: `frame-${name}-to-rest`, value: value / rest, unit: 'x' });
    }
  } finally {
    await browser.close();
    await door.close();
    await studio.close();
    large.remove();
    rmSync(home, { recursive: true, force: true });
  }
}

const count = Number(process.argv[2] ?? 10_000);
await drawing(count);
await projection(count);
