import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { openPage, openProject } from '../helpers/browser.ts';
import { labelRow, saved } from '../helpers/label-room.ts';

const sheet = (page: Page) => page.getByRole('dialog', { name: 'Keys' });
const line = (page: Page, words: string) =>
  sheet(page).getByRole('button', { name: new RegExp(`^${words}`) });

async function open() {
  const all = await openProject();
  const page = await openPage(all.door.url);
  await page.getByRole('heading', { name: 'No pictures yet' }).waitFor();
  return { ...all, page };
}

describe('own keys', () => {
  it('are given on the sheet by keyboard, work at once, in the next window and after a restart', async () => {
    const { page, door, folder } = await open();
    await page.keyboard.press('?');
    await line(page, 'New label').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('q');
    await line(page, 'New label Q').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    await page.keyboard.press('q');
    await page.keyboard.type('newt');
    await page.keyboard.press('Enter');
    await labelRow(page, 'newt').waitFor();
    await saved(page);
    const kept = JSON.parse(await readFile(join(folder, 'home', 'preferences.json'), 'utf8'));
    expect(kept.shortcuts).toEqual({ 'new-label': ['Q'] });

    const other = await openPage(door.url);
    await other.getByRole('button', { name: '+ New label Q' }).waitFor();
    await page.keyboard.press('?');
    await sheet(page).getByRole('button', { name: 'Back to the usual keys' }).click();
    await line(page, 'New label N').waitFor();
    await other.getByRole('button', { name: '+ New label N' }).waitFor();
  });

  it('say whose a key is, and take it from there only when asked', async () => {
    const { page } = await open();
    await page.keyboard.press('?');
    await line(page, 'Import pictures').click();
    await page.keyboard.press('t');
    await page.getByText('T is the key of “Find a label by its name, or make one”.').waitFor();
    await sheet(page).getByRole('button', { name: 'Leave it' }).click();
    await line(page, 'Import pictures I').click();
    await page.keyboard.press('ArrowLeft');
    await page.getByText('← moves and leaves, everywhere. Press another.').waitFor();
    await page.keyboard.press('t');
    await sheet(page).getByRole('button', { name: 'Take it from there' }).click();
    await line(page, 'Import pictures T').waitFor();
    await line(page, 'Find a label by its name, or make one no key').waitFor();
  });
});
