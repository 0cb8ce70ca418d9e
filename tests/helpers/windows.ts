/** The studio as a person has it in front of them: what differs between a browser and a desktop window. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type Locator, type Page } from 'playwright';
import { root } from '../../src-main/programs.ts';
import { createStudio } from '../../src-main/studio/studio.ts';
import { openWebDoor } from '../../src-main/web/door.ts';
import { complaintsOf, rendererDir, theBrowser } from './browser.ts';

export interface StudioWindow {
  readonly page: Page;
  /** A folder of the test's own. */
  readonly folder: string;
  /** Presses a button that asks for files or a folder, and answers with these. */
  choose(button: Locator, paths: readonly string[]): Promise<void>;
  /** Presses a button that saves something; gives the path of what was saved. */
  save(button: Locator): Promise<string>;
  /** Also fails when the page has thrown or logged an error. */
  close(): Promise<void>;
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'graft-e2e-'));
  process.env.GRAFT_HOME = join(folder, 'home');
  return folder;
}

function failOn(complaints: readonly string[]): void {
  if (complaints.length > 0) throw new Error(`The page complained: ${complaints.join('\n')}`);
}

/** The browser door, in Chromium. */
export async function openInBrowser(): Promise<StudioWindow> {
  const folder = await newFolder();
  const studio = createStudio();
  const door = await openWebDoor(studio, { rendererDir });
  const context = await (await theBrowser()).newContext({
    viewport: { width: 1280, height: 800 },
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(door.url);
  return {
    page,
    folder,
    async choose(button, paths) {
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button.click()]);
      await chooser.setFiles([...paths]);
    },
    async save(button) {
      const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
      const path = join(folder, download.suggestedFilename());
      await download.saveAs(path);
      return path;
    },
    async close() {
      await context.close();
      await door.close();
      await studio.close();
      await rm(folder, { recursive: true, force: true });
      failOn(complaints);
    },
  };
}

/** The desktop door, in npm's Electron. Its dialogs are the system's own, so they are answered in their stead. */
export async function openInElectron(executablePath: string): Promise<StudioWindow> {
  const folder = await newFolder();
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const app = await _electron.launch({
    executablePath,
    args: [...sandbox, root],
    env: { ...process.env, GRAFT_HOME: join(folder, 'home') } as Record<string, string>,
  });
  const page = await app.firstWindow();
  const complaints = complaintsOf(page);
  let count = 0;
  return {
    page,
    folder,
    async choose(button, paths) {
      await app.evaluate(
        ({ dialog }, filePaths) => {
          dialog.showOpenDialog = async () => ({ canceled: false, filePaths });
        },
        [...paths],
      );
      await button.click();
    },
    async save(button) {
      const path = join(folder, `saved ${++count}`);
      await app.evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = async () => ({ canceled: false, filePath });
      }, path);
      await button.click();
      await page.getByText(path).waitFor();
      return path;
    },
    async close() {
      await app.close();
      await rm(folder, { recursive: true, force: true });
      failOn(complaints);
    },
  };
}
