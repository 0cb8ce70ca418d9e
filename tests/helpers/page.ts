import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { onTestFinished } from 'vitest';
import { root } from '../../src-main/programs.ts';
import { createStudio } from '../../src-main/studio/studio.ts';
import { openWebDoor, type WebDoor } from '../../src-main/web/door.ts';
import type { Studio } from '../../src-shared/contract.ts';
import { chromiumOptions } from '../setup/chromium.ts';
import { temporaryFolder } from './folders.ts';

export interface OpenPage {
  readonly page: Page;
  readonly studio: Studio;
  readonly door: WebDoor;
  /** For pictures and projects; goes away with the test. */
  readonly folder: string;
}

/**
 * The built page on a real studio of its own, through the browser door. All is closed when the running test
 * ends, which fails if the page threw an error.
 */
export async function openPage(browser: Browser): Promise<OpenPage> {
  const folder = await temporaryFolder();
  process.env.GRAFT_HOME = join(folder, 'home');
  const studio = createStudio();
  const door = await openWebDoor(studio, { rendererDir: join(root, 'out', 'renderer') });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const thrown: Error[] = [];
  page.on('pageerror', (error) => thrown.push(error));
  onTestFinished(async () => {
    await context.close();
    await door.close();
    await studio.close();
    if (thrown.length > 0)
      throw new AggregateError(thrown, `The page threw: ${thrown[0]!.message}`);
  });
  await page.goto(door.url);
  return { page, studio, door, folder };
}

export const launch = (): Promise<Browser> => chromium.launch(chromiumOptions());
