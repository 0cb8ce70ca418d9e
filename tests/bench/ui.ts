/**
 * The real page in Chromium, on a project of many pictures:
 *
 *     npm run -s bench -- ui [pictures]
 *
 * 100,000 pictures unless told otherwise; they are made once. The studio is a process of its own, as it is used.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium, type Page } from 'playwright';
import { root } from '../../src-main/programs.ts';
import { uniform } from '../helpers/random.ts';
import { chromiumOptions } from '../setup/chromium.ts';
import { largeProject } from './helpers/large-project.ts';
import { presented } from './helpers/presented.ts';
import { median, print, quantile } from './helpers/print.ts';

const count = Number(process.argv[2] ?? 100_000);
const home = mkdtempSync(join(tmpdir(), 'graft-bench-'));
process.env.GRAFT_HOME = home;
const project = await largeProject(count);
const options = chromiumOptions();
const browser = await chromium.launch({
  ...options,
  args: [...options.args, '--js-flags=--expose-gc', '--enable-precise-memory-info'],
});
// What a browser does for itself after its start is not ours.
await wait(3000);

/** In the page, with what helpers/in-page.js put there. */
const inPage = <T>(page: Page, expression: string) => page.evaluate<T>(expression);

async function serve(): Promise<{ studio: ChildProcess; url: string }> {
  const studio = spawn(
    process.execPath,
    ['src-main/cli/main.ts', 'serve', project.path, '--port', '0', '--no-open', '--json'],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(studio.stdout!.setEncoding('utf8'), 'data');
  return { studio, url: JSON.parse(String(line)).url };
}

interface Started {
  readonly studio: ChildProcess;
  readonly page: Page;
  /** Milliseconds until the studio told its address, and until the page obeyed a key. */
  readonly answers: number;
  readonly interactive: number;
}

async function start(): Promise<Started> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript({ path: join(import.meta.dirname, 'helpers', 'in-page.js') });
  const began = performance.now();
  const { studio, url } = await serve();
  const answers = performance.now() - began;
  await page.goto(url);
  await page.getByRole('gridcell').first().waitFor();
  await page.keyboard.press('ArrowRight');
  await page.locator('[role=gridcell][tabindex="0"][aria-colindex="2"]').waitFor();
  return { studio, page, answers, interactive: performance.now() - began };
}

async function stop(studio: ChildProcess): Promise<void> {
  if (studio.exitCode !== null) return;
  studio.kill('SIGINT');
  await once(studio, 'exit');
}

/** Several times, as on most days: what Node has compiled is there. The last one goes on. */
async function starts(): Promise<Started> {
  const all: Started[] = [await start()];
  for (let i = 0; i < 3; i++) {
    const { page, studio } = all.at(-1)!;
    await wait(3000);
    await page.close();
    await stop(studio);
    all.push(await start());
  }
  const of = (what: 'answers' | 'interactive') => all.slice(1).map((one) => one[what]);
  print({ name: 'studio-answers', value: median(of('answers')), unit: 'ms' });
  print({ name: 'interactive-first', value: all[0]!.interactive, unit: 'ms' });
  print({ name: 'interactive', value: median(of('interactive')), unit: 'ms', atMost: 2000 });
  return all.at(-1)!;
}

async function filters(page: Page): Promise<void> {
  const ways = {
    'filter-label': `bench.click('label 3')`,
    'filter-unlabelled': `bench.click('Unlabelled')`,
    'filter-none': `bench.click('label 5'), bench.click('All pictures')`,
    'sort-name': `bench.choose('Order', 'name')`,
    'sort-label': `bench.choose('Order', 'label')`,
    'sort-imported': `bench.choose('Order', 'imported')`,
  };
  for (const [name, act] of Object.entries(ways)) {
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      if (name.startsWith('filter')) await inPage(page, `bench.click('label 7')`);
      else await inPage(page, `bench.choose('Order', 'unlabelled-first')`);
      await page.waitForTimeout(500);
      times.push(await inPage<number>(page, `bench.untilOthers(() => { ${act} })`));
    }
    print({ name, value: Math.max(...times), unit: 'ms', atMost: 300 });
  }
}

interface Scroll {
  readonly intervals: number[];
  readonly blank: number;
  readonly looked: number;
}

async function scrolling(page: Page): Promise<void> {
  const heap = async () => {
    await inPage(page, 'gc()');
    return inPage<number>(page, 'performance.memory.usedJSHeapSize / 2 ** 20');
  };
  const begin = await heap();
  await inPage(page, 'bench.scroll(0, 0.5, 10)');
  const half = await heap();
  const all = await inPage<Scroll>(page, 'bench.scroll(0, 1, 30)');
  const end = await heap();
  const slow = all.intervals.filter((ms) => ms > 1.5 * (1000 / 60)).length;
  print({ name: 'scroll-frame-median', value: median(all.intervals), unit: 'ms', atMost: 16.8 });
  print({ name: 'scroll-frame-p99', value: quantile(all.intervals, 0.99), unit: 'ms' });
  print({ name: 'scroll-frames-late', value: (100 * slow) / all.intervals.length, unit: '%' });
  print({
    name: 'scroll-blank-tiles',
    value: all.blank,
    unit: `in ${all.looked} looks`,
    atMost: 0,
  });
  print({ name: 'heap-at-start', value: begin, unit: 'MB' });
  print({ name: 'heap-after-half', value: half, unit: 'MB' });
  print({ name: 'heap-after-all', value: end, unit: 'MB', atMost: half * 1.1 });
}

/** Milliseconds from the key on; see watchKey in helpers/in-page.js. */
interface Key {
  readonly durable: number;
  readonly visible: number;
  readonly both: number;
}

/** Presses number keys in turn, and says what `watch` made of each; the first ten warm up. */
async function press<T>(page: Page, watch: string, pauses: readonly number[]): Promise<T[]> {
  const seen: T[] = [];
  for (const [i, pause] of pauses.entries()) {
    await wait(pause);
    await inPage(page, watch);
    // The first picture has the first label.
    await page.keyboard.press(String(1 + ((i + 1) % 9)));
    seen.push(await inPage<T>(page, 'bench.key'));
  }
  return seen.slice(10);
}

function printTimes(name: string, times: readonly number[], goal: { atMost?: number } = {}): void {
  print({ name: `${name}-median`, value: median(times), unit: 'ms' });
  print({ name: `${name}-p95`, value: quantile(times, 0.95), unit: 'ms', ...goal });
}

/** One key as soon as the one before is through, and as a quick hand presses them: two to five a second. */
const paces = {
  'without-pause': new Array<number>(110).fill(0),
  'by-hand': [...uniform('pauses between keys', 110, 200, 500)],
};

async function keys(page: Page): Promise<void> {
  const empty = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await empty.addInitScript({ path: join(import.meta.dirname, 'helpers', 'in-page.js') });
  await empty.goto('about:blank');
  await empty.setContent('<p role="status">0</p>');
  for (const [pace, pauses] of Object.entries(paces)) {
    await page.bringToFront();
    const { result: labels, keys: shown } = await presented(browser, () =>
      press<Key>(page, 'bench.watchKey()', pauses),
    );
    printTimes(`label-key-${pace}-presented`, shown.slice(10));
    for (const what of ['durable', 'visible', 'both'] as const) {
      const times = labels.map((key) => key[what]);
      const name = `label-key-${pace}-${what === 'both' ? 'durable-and-visible' : what}`;
      printTimes(name, times, what === 'both' ? { atMost: 16 } : {});
    }
    await empty.bringToFront();
    const { result: words, keys: seen } = await presented(browser, () =>
      press<number>(empty, 'bench.watchWord()', pauses),
    );
    printTimes(`empty-page-key-${pace}-presented`, seen.slice(10));
    printTimes(`empty-page-key-${pace}-visible`, words);
  }
  await empty.close();
  await page.bringToFront();
}

async function labelling(page: Page): Promise<void> {
  await inPage(page, `bench.choose('Order', 'imported')`);
  await page.waitForTimeout(500);
  const first = await inPage<{ x: number; y: number }>(page, 'bench.placeOf(0)');
  await page.mouse.click(first.x, first.y);
  await keys(page);

  const some = Math.min(5000, count);
  await page.mouse.click(first.x, first.y).catch(() => undefined);
  const top = await inPage<{ x: number; y: number }>(page, 'bench.placeOf(0)');
  await page.mouse.click(top.x, top.y);
  const last = await inPage<{ x: number; y: number }>(page, `bench.placeOf(${some - 1})`);
  await page.keyboard.down('Shift');
  await page.mouse.click(last.x, last.y);
  await page.keyboard.up('Shift');
  const times: Key[] = [];
  for (const key of ['2', '3', '4']) {
    await inPage(page, 'bench.watchKey()');
    await page.keyboard.press(key);
    times.push(await inPage<Key>(page, 'bench.key'));
    await page.waitForTimeout(1000);
    const top = await inPage<{ x: number; y: number }>(page, 'bench.placeOf(0)');
    await page.mouse.click(top.x, top.y);
    const last = await inPage<{ x: number; y: number }>(page, `bench.placeOf(${some - 1})`);
    await page.keyboard.down('Shift');
    await page.mouse.click(last.x, last.y);
    await page.keyboard.up('Shift');
  }
  const value = Math.max(...times.map(({ both }) => both));
  print({ name: 'label-5000', value, unit: 'ms', atMost: 300 });
}

let studio: ChildProcess | undefined;
try {
  const started = await starts();
  studio = started.studio;
  await started.page.waitForTimeout(3000);
  await filters(started.page);
  await scrolling(started.page);
  await labelling(started.page);
  if (process.platform === 'linux' && studio.pid) {
    const resident = readFileSync(`/proc/${studio.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/);
    print({ name: 'studio-memory', value: Number(resident?.[1]) / 1024, unit: 'MB' });
  }
} finally {
  await browser.close();
  if (studio) await stop(studio);
  project.remove();
  rmSync(home, { recursive: true, force: true });
}
