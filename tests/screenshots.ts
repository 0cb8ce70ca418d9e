/**
 * `npm run screenshots`: the pictures of the README, taken of the real page with the sample pictures and
 * runs that are trained for it.
 */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import sharp from 'sharp';
import { resources, root } from '../src-main/programs.ts';
import { createStudio } from '../src-main/studio/studio.ts';
import { openWebDoor } from '../src-main/web/door.ts';
import { chromiumOptions } from './setup/chromium.ts';

const images = join(root, 'docs', 'images');
/** What a page of a README may weigh. */
const mostBytes = 250_000;
const minutes = 60_000;

async function photograph(page: Page, name: string): Promise<void> {
  // What is said for a few seconds about the last deed would be in the way.
  await page.locator('.notice').waitFor({ state: 'detached' });
  await page.waitForFunction(() =>
    [...document.images].every(({ complete, naturalWidth }) => complete && naturalWidth > 0),
  );
  const picture = await page.screenshot();
  const small = await sharp(picture)
    .png({ palette: true, compressionLevel: 9, effort: 10 })
    .toBuffer();
  if (small.length > mostBytes)
    throw new Error(`${name}.png has ${small.length} bytes, and at most ${mostBytes} are wanted`);
  await writeFile(join(images, `${name}.png`), small);
  console.log(`docs/images/${name}.png  ${Math.round(small.length / 1000)} kB`);
}

async function takePictures(page: Page, pictures: string): Promise<void> {
  const room = (name: string) => page.getByRole('navigation').getByRole('link', { name });
  const status = page.getByText('All changes saved');

  await page.getByRole('textbox', { name: /type a path/ }).fill(pictures);
  await page.keyboard.press('Enter');
  await page.getByText(/^\d+ pictures imported/).waitFor({ timeout: 2 * minutes });
  await status.waitFor();
  await page.keyboard.press('Home');
  // An abacus, an aerial tramway, an airplane, an alarm clock, an anchor, an ant, a chick, a badger.
  for (const key of '35535111') await page.keyboard.press(key);
  await status.waitFor();
  await photograph(page, 'label');

  await room('Train').click();
  // The advisor measures by itself, and offers the recipes that it names.
  await page.getByText(/^Twice as many labels would add/).waitFor({ timeout: 15 * minutes });
  await page
    .getByText(/at most \d/)
    .first()
    .waitFor();
  await photograph(page, 'train');
  await page.getByRole('button', { name: /^Train and compare/ }).click();
  const finished = page.getByRole('link', { name: /^Compare \d finished runs/ });
  await finished.waitFor({ timeout: 30 * minutes });
  await finished.click();
  await page.getByRole('region', { name: 'Confusion matrix' }).waitFor();
  await photograph(page, 'compare');

  await room('Use').click();
  const unseen = ['goat', 'hot dog', 'train'].map((name) => join(pictures, `${name}.webp`));
  await page.locator('input[data-kind="files"]').setInputFiles(unseen);
  await page.getByRole('main').getByRole('listitem').nth(2).waitFor();
  await photograph(page, 'use');
}

const folder = await mkdtemp(join(tmpdir(), 'graft-'));
process.env.GRAFT_HOME = join(folder, 'home');
const studio = createStudio();
const door = await openWebDoor(studio, { rendererDir: join(root, 'out', 'renderer') });
const browser = await chromium.launch(chromiumOptions());
try {
  await mkdir(images, { recursive: true });
  const pictures = join(folder, 'Sample pictures');
  await cp(join(resources, 'samples'), pictures, { recursive: true });
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  page.setDefaultTimeout(minutes);
  await page.goto(door.url);
  await takePictures(page, pictures);
} finally {
  await browser.close();
  await door.close();
  await studio.close();
  await rm(folder, { recursive: true, force: true });
}
