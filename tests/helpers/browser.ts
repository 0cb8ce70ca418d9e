/** A real studio behind the browser door, and Chromium pages on it. */
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { afterAll, onTestFinished, type TestContext } from 'vitest';
import { root } from '../../src-main/programs.ts';
import type { Engine } from '../../src-main/studio/context.ts';
import { createStudio } from '../../src-main/studio/studio.ts';
import { openWebDoor, type WebDoor } from '../../src-main/web/door.ts';
import type { Studio } from '../../src-shared/contract.ts';
import { chromiumOptions } from '../setup/chromium.ts';
import { temporaryFolder } from './folders.ts';

export const rendererDir = join(root, 'out', 'renderer');

let browser: Promise<Browser> | undefined;

/** One Chromium for all tests of a file. */
export function theBrowser(): Promise<Browser> {
  browser ??= chromium.launch(chromiumOptions());
  return browser;
}

afterAll(async () => {
  await (await browser)?.close();
  browser = undefined;
}, 30_000);

/** Complaints of the page itself, which no test may leave behind unseen. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A request that was cut off is the network's doing; what the page makes of it is tested.
    if (message.type() === 'error' && !message.text().includes('net::ERR_'))
      complaints.push(message.text());
  });
  return complaints;
}

/** Keeps what the page looked like when a test failed, for whoever has to find out why. */
export async function photographFailure(page: Page, { task }: TestContext): Promise<void> {
  if (task.result?.state !== 'fail') return;
  const name = task.name.replace(/[^a-z0-9]+/gi, '-');
  await page.screenshot({ path: join(root, 'test-results', `${name}.png`) });
}

/** A page of its own on this address; the test fails when the page throws or logs an error. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await (await theBrowser()).newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  onTestFinished(async (test) => {
    await photographFailure(page, test);
    await context.close();
    if (complaints.length > 0) throw new Error(`The page complained: ${complaints.join('\n')}`);
  });
  await page.goto(url);
  return page;
}

export interface OpenStudio {
  readonly studio: Studio;
  readonly door: WebDoor;
  /** Temporary, and the place of everything: the user's own folder is in it. */
  readonly folder: string;
}

/** A studio without a project, and its door; both are closed when the running test ends. */
export async function openStudio(engine?: Engine): Promise<OpenStudio> {
  const folder = await temporaryFolder();
  process.env.GRAFT_HOME = join(folder, 'home');
  const studio = createStudio(engine ? { engine } : {});
  const door = await openWebDoor(studio, { rendererDir });
  onTestFinished(async () => {
    await door.close();
    await studio.close();
  });
  return { studio, door, folder };
}

/** As `openStudio`, with a new project open. */
export async function openProject(engine?: Engine): Promise<OpenStudio> {
  const open = await openStudio(engine);
  await open.studio.call('project.create', { path: join(open.folder, 'project') });
  return open;
}
