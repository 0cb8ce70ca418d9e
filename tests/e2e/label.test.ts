import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { openPage, openStudio } from '../helpers/browser.ts';
import { noise } from '../helpers/pictures.ts';

/** A studio without a project, as at the first start, and its page. */
async function firstStart() {
  const open = await openStudio();
  return { ...open, page: await openPage(open.door.url) };
}

/** `pond/frogs/0.png` … `pond/fish/…`, and a file that is no picture. */
async function pond(folder: string, each = 6): Promise<string> {
  const path = join(folder, 'pond');
  for (const [index, name] of ['frogs', 'fish'].entries()) {
    await mkdir(join(path, name), { recursive: true });
    for (let count = 0; count < each; count++)
      await noise(40, 30, index * 100 + count)
        .png()
        .toFile(join(path, name, `${name} ${count}.png`));
  }
  await writeFile(join(path, 'notes.jpg'), 'no picture');
  return path;
}

const cells = (page: Page) => page.getByRole('gridcell');
const selected = (page: Page) => page.locator('[aria-selected="true"]');
/** A row of the list of labels, with its count: `frogs 6 1`. */
const row = (page: Page, name: RegExp) => page.getByRole('button', { name });
const saved = (page: Page) => page.getByText('All changes saved').waitFor();

async function typePath(page: Page, path: string, folderNames: boolean): Promise<void> {
  await page.getByRole('checkbox', { name: /Folder names/ }).setChecked(folderNames);
  await page.getByRole('textbox', { name: /type a path/ }).fill(path);
  await page.keyboard.press('Enter');
  await page.getByText('12 pictures imported, 1 left out.').waitFor();
}

describe('the first start', () => {
  it('makes a project of a typed folder, labels by its folders, and says what was left out', async () => {
    const { page, folder } = await firstStart();
    await typePath(page, await pond(folder), true);
    await row(page, /^frogs 6/).waitFor();
    await row(page, /^fish 6/).waitFor();
    expect(await cells(page).count()).toBe(12);
    await page.getByRole('button', { name: '1 file left out' }).click();
    const report = page.getByRole('dialog', { name: '1 file left out' });
    expect(await report.textContent()).toContain(join(folder, 'pond', 'notes.jpg'));
  });

  it('uploads a chosen folder into the project, with its folder names', async () => {
    const { page, folder, studio } = await firstStart();
    await page.locator('input[data-kind="folder"]').setInputFiles(await pond(folder));
    await page.getByText('12 pictures imported, 1 left out.').waitFor();
    await row(page, /^frogs 6/).waitFor();
    const { project } = await studio.call('project.current', {});
    expect(project).toMatchObject({ name: 'pond', images: 12, labelled: 12 });
  });

  it('says which path is not there', async () => {
    const { page, folder } = await firstStart();
    await page.getByRole('textbox', { name: /type a path/ }).fill(join(folder, 'nowhere'));
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert');
    expect(await alert.textContent()).toContain(join(folder, 'nowhere'));
  });
});

describe('the Label room', () => {
  it('labels by keyboard, goes on to the next picture, and finds all again after a reload', async () => {
    const { page, folder } = await firstStart();
    await typePath(page, await pond(folder), false);
    for (const name of ['frog', 'fish']) {
      await page.keyboard.press('n');
      await page.keyboard.type(name);
      await page.keyboard.press('Enter');
      await row(page, new RegExp(`^${name} 0`)).waitFor();
    }
    await page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLImageElement>('[role=gridcell] img')].every(
        ({ complete, naturalWidth }) => complete && naturalWidth > 0,
      ),
    );
    const loads = await page.evaluateHandle(() => {
      const counted = { again: 0 };
      for (const img of document.querySelectorAll('[role=gridcell] img'))
        img.addEventListener('load', () => counted.again++);
      return counted;
    });
    await cells(page).first().click();
    await page.keyboard.press('1');
    await page.keyboard.press('2');
    await page.keyboard.press('1');
    await row(page, /^frog 2/).waitFor();
    await page.getByText('9 of 12 to go').waitFor();
    // A label changes the counts of the project, which is no reason to load its thumbnails again.
    expect(await loads.jsonValue()).toEqual({ again: 0 });
    await expect.poll(() => selected(page).getAttribute('aria-colindex')).toBe('4');

    await saved(page);
    await page.reload();
    await row(page, /^frog 2/).waitFor();
    await row(page, /^fish 1/).waitFor();
    await page.getByText('9 of 12 to go').waitFor();
  });

  it('takes the next new name while the last one is still being saved', async () => {
    const { page, folder } = await firstStart();
    await typePath(page, await pond(folder), false);
    const late: (() => void)[] = [];
    await page.routeWebSocket(/./, (socket) => {
      const studio = socket.connectToServer();
      const made = new Set<number>();
      socket.onMessage((frame) => {
        const { id, name } = JSON.parse(String(frame));
        if (name === 'labels.create') made.add(id);
        studio.send(frame);
      });
      studio.onMessage((frame) => {
        const { type, id } = JSON.parse(String(frame));
        if (type === 'reply' && made.has(id)) late.push(() => socket.send(frame));
        else socket.send(frame);
      });
    });
    await page.reload();
    await cells(page).first().waitFor();
    await page.keyboard.press('n');
    await page.keyboard.type('frog');
    await page.keyboard.press('Enter');
    await row(page, /^frog 0/).waitFor();
    await page.keyboard.press('n');
    await page.keyboard.type('fi');
    await expect.poll(() => late.length).toBe(1);
    late[0]!();
    await page.keyboard.type('sh');
    await page.keyboard.press('Enter');
    await row(page, /^fish 0/).waitFor();
  });

  it('takes a label back that could not be written, and says why', async () => {
    const { page, folder } = await firstStart();
    await typePath(page, await pond(folder), true);
    const refusals: (() => void)[] = [];
    await page.routeWebSocket(/./, (socket) => {
      const studio = socket.connectToServer();
      socket.onMessage((frame) => {
        const { id, name } = JSON.parse(String(frame));
        if (name !== 'labels.assign') return studio.send(frame);
        const error = { code: 'refused', message: 'The disk is full.' };
        refusals.push(() =>
          socket.send(JSON.stringify({ type: 'reply', id, reply: { ok: false, error } })),
        );
      });
    });
    await page.reload();
    const cell = cells(page).first();
    await cell.click();
    await page.getByLabel('fish 0.png, fish', { exact: true }).waitFor();
    await page.keyboard.press('2');
    // Seen at once, and not yet said to be on the disk.
    await page.getByLabel('fish 0.png, frogs', { exact: true }).waitFor();
    await page.getByText('Saving').waitFor();
    refusals[0]!();
    await page.getByRole('alert').filter({ hasText: 'The disk is full.' }).waitFor();
    await page.getByLabel('fish 0.png, fish', { exact: true }).waitFor();
    await saved(page);
  });

  it('labels many at once, with a label made on the way; undoes and redoes it', async () => {
    const { page, folder } = await firstStart();
    await typePath(page, await pond(folder), false);
    await cells(page).nth(1).click();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => selected(page).count()).toBe(3);
    await page.keyboard.press('t');
    await page.keyboard.type('newt');
    await page.getByRole('option', { name: 'New label newt' }).waitFor();
    await page.keyboard.press('Enter');
    await row(page, /^newt 3/).waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText('Undone: label 3 pictures as newt').waitFor();
    await row(page, /^newt 0/).waitFor();
    await expect.poll(() => selected(page).count()).toBe(3);
    await page.keyboard.press('Control+Shift+z');
    await row(page, /^newt 3/).waitFor();
  });

  it('selects by mouse as every file manager does', async () => {
    const { page, folder } = await firstStart();
    await typePath(page, await pond(folder), true);
    await cells(page).nth(1).click();
    await cells(page)
      .nth(3)
      .click({ modifiers: ['Shift'] });
    await cells(page)
      .nth(5)
      .click({ modifiers: ['ControlOrMeta'] });
    await page.getByRole('heading', { name: '4 pictures selected' }).waitFor();
    await page.keyboard.press('0');
    await page.getByText('Label taken away from 4 pictures.').waitFor();
    await page.getByText('4 of 12 to go').waitFor();
    await page.keyboard.press('Control+a');
    await page.getByRole('heading', { name: '12 pictures selected' }).waitFor();
    await page.keyboard.press('1');
    await page.getByText('All labelled').waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText('4 of 12 to go').waitFor();
  });

  it('leaves a labelled picture where it is until the filter is applied again', async () => {
    const { page, folder } = await firstStart();
    await typePath(page, await pond(folder), true);
    await row(page, /^frogs 6/).click();
    await expect.poll(() => cells(page).count()).toBe(6);
    await cells(page).first().click();
    const fish = await row(page, /^fish 6/).textContent();
    await page.keyboard.press(fish!.trim().at(-1)!);
    await row(page, /^fish 7/).waitFor();
    expect(await cells(page).count()).toBe(6);
    await page.getByRole('button', { name: /1 no longer fit/ }).click();
    await expect.poll(() => cells(page).count()).toBe(5);
  });

  it('renames, merges and deletes labels, and takes each back', async () => {
    const { page, folder } = await firstStart();
    await typePath(page, await pond(folder), true);
    await row(page, /^frogs/).focus();
    await page.keyboard.press('F2');
    await page.keyboard.type('toads');
    await page.keyboard.press('Enter');
    await row(page, /^toads 6/).waitFor();

    await row(page, /^toads 6/).hover();
    await page.getByRole('button', { name: 'Change toads' }).click();
    await page.getByRole('menuitem', { name: 'Merge into…' }).click();
    await page.keyboard.type('fish');
    await page.keyboard.press('Enter');
    await row(page, /^fish 12/).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await row(page, /^toads 6/).waitFor();

    await row(page, /^toads 6/).focus();
    await page.keyboard.press('Delete');
    await page.getByText('6 of 12 to go').waitFor();
    await page.keyboard.press('Control+z');
    await row(page, /^toads 6/).waitFor();
  });

  it('opens a picture large, zooms, goes on and labels there', async () => {
    const { page, folder } = await firstStart();
    await typePath(page, await pond(folder), true);
    await cells(page).first().click();
    await page.keyboard.press('Space');
    const view = page.getByRole('dialog', { name: /1 of 12/ });
    await view.getByText('400 %').waitFor();
    await page.keyboard.press('+');
    await view.getByText('500 %').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('dialog', { name: /2 of 12/ }).waitFor();
    await page.keyboard.press('0');
    await page.getByRole('dialog').locator('.chip').waitFor({ state: 'detached' });
    await page.keyboard.press('t');
    await page.keyboard.type('eel');
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog', { name: /2 of 12/ })
      .locator('.chip')
      .getByText('eel')
      .waitFor();
    await page.keyboard.press('0');
    await page.getByRole('dialog').locator('.chip').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.getByText('1 of 12 to go').waitFor();
    await expect.poll(() => selected(page).getAttribute('aria-colindex')).toBe('2');
  });

  it('finds by text, by key, and comes back with Esc', async () => {
    const { page, folder } = await firstStart();
    await typePath(page, await pond(folder), false);
    await page.keyboard.press('/');
    await page.keyboard.type('fish 3');
    await expect.poll(() => cells(page).count()).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(() => cells(page).count()).toBe(12);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('go to train');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#train$/);
  });
});
