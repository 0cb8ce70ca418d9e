/**
 * The main job from the first start to the model in hand, as one person does it: by what the controls are
 * called, and by keyboard. In Chromium through the browser door; in a desktop window too, where npm's
 * Electron has its binary.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Page } from 'playwright';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../src-main/programs.ts';
import { photographFailure } from '../helpers/browser.ts';
import { cell, focused, grid, labelRow, saved } from '../helpers/label-room.ts';
import { openInBrowser, openInElectron, type StudioWindow } from '../helpers/windows.ts';
import { npmElectron } from '../setup/electron.ts';

const electron = npmElectron();
if (!electron)
  console.warn(
    "\n!!! THE MAIN JOB WAS NOT DONE IN A DESKTOP WINDOW: npm's Electron has no binary here.\n",
  );

const places = [
  { place: 'a browser', open: openInBrowser, here: true },
  { place: 'a desktop window', open: () => openInElectron(electron!), here: electron !== null },
];

/** Epochs as a screen reader is told of them: each says its recipe, number and accuracy. */
async function listenForEpochs(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    new MutationObserver(() => {
      for (const region of document.querySelectorAll('main [aria-live="polite"]')) {
        const words = region.textContent?.replace(/\s+/g, ' ').trim() ?? '';
        if (/epoch \d+:/.test(words) && !heard.includes(words)) heard.push(words);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => (window as unknown as { heard: string[] }).heard);
}

for (const { place, open, here } of places)
  describe.skipIf(!here)(`the main job in ${place}`, () => {
    let window: StudioWindow;
    let page: Page;
    /** The picture that was labelled first, and the answers that the page gave in the end. */
    let first: string;
    const pictures = ['goat.webp', 'hot dog.webp'].map((name) => join(resources, 'samples', name));

    beforeAll(async () => {
      window = await open();
      page = window.page;
      page.setDefaultTimeout(20_000);
    }, 60_000);
    afterEach((test) => photographFailure(page, test));
    afterAll(() => window.close(), 60_000);

    it('begins with the sample pictures', async () => {
      await page.getByRole('heading', { name: 'Drop a folder of pictures here' }).waitFor();
      await page.getByRole('button', { name: 'Try the sample pictures' }).click();
      const cells = grid(page).getByRole('gridcell');
      await cells.first().waitFor();
      expect(await page.getByRole('link', { name: 'Label' }).getAttribute('aria-current')).toBe(
        'page',
      );
      await page.getByText(/^\d+ pictures imported/).waitFor();
      const shown = () =>
        cells.evaluateAll((all) => all.slice(0, 20).map((one) => one.getAttribute('aria-label')));
      const unlabelled = Array.from({ length: 20 }, () => expect.stringMatching(/, unlabelled$/));
      await expect
        .poll(shown, { message: 'those that wait for a label come first' })
        .toEqual(unlabelled);
      await labelRow(page, 'food and drink').waitFor();
    });

    it('labels by keyboard, and moves on to the next unlabelled picture', async () => {
      await page.keyboard.press('Home');
      await expect.poll(() => focused(page)).toMatch(/, unlabelled$/);
      const name = (await focused(page))!.replace(/, unlabelled$/, '');
      first = name;

      await page.keyboard.press('1');
      await cell(page, `${name}, animals and nature`).waitFor();
      await expect.poll(() => focused(page)).toMatch(/, unlabelled$/);
      expect(await focused(page)).not.toContain(name);

      const second = (await focused(page))!.replace(/, unlabelled$/, '');
      await page.keyboard.press('t');
      await page.getByRole('combobox', { name: 'Find or make a label' }).fill('drink');
      await page.keyboard.press('Enter');
      await cell(page, `${second}, food and drink`).waitFor();

      // The cursor goes on when the label has been drawn.
      await expect.poll(() => focused(page)).toMatch(/, unlabelled$/);
      const third = (await focused(page))!.replace(/, unlabelled$/, '');
      await page.keyboard.press('n');
      await page.keyboard.type('puzzling');
      await page.keyboard.press('Enter');
      const key = await labelRow(page, 'puzzling').locator('kbd').innerText();
      await page.keyboard.press(key);
      await cell(page, `${third}, puzzling`).waitFor();

      await page.keyboard.press('Control+z');
      await cell(page, `${third}, unlabelled`).waitFor();
      await page.keyboard.press('Control+Shift+z');
      await cell(page, `${third}, puzzling`).waitFor();
      await page.keyboard.press('0');
      await cell(page, `${third}, unlabelled`).waitFor();

      const before = await focused(page);
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => focused(page)).not.toBe(before);
      await page.keyboard.press('ArrowLeft');
      await expect.poll(() => focused(page)).toBe(before);
      await saved(page);
    });

    it('finds the labels again after a reload', async () => {
      await page.reload();
      await labelRow(page, 'puzzling').waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type(first);
      await cell(page, `${first}, animals and nature`).waitFor();
      await page.keyboard.press('Escape');
    });

    it('trains two recipes and shows every epoch as it comes', async () => {
      await page.getByRole('link', { name: 'Train' }).click();
      const networks = page.getByRole('complementary', { name: 'Runs and networks' });
      const mobilenet = networks.getByRole('checkbox', { name: /MobileNetV2/ });
      await mobilenet.waitFor();
      for (const network of await networks.getByRole('checkbox').all()) {
        const wanted = (await network.locator('..').innerText()).includes('MobileNetV2');
        if (await network.isEnabled()) await network.setChecked(wanted);
      }
      expect(await mobilenet.isChecked()).toBe(true);
      for (const [recipe, epochs] of [
        ['Feature extraction', '4'],
        ['Fine-tune top', '2'],
      ] as const) {
        await page.getByRole('button', { name: `Settings of ${recipe}` }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('textbox', { name: /^Epochs/ }).fill(epochs);
        if (recipe === 'Fine-tune top')
          await dialog.getByRole('textbox', { name: /^Blocks to adapt/ }).fill('1');
        await dialog.getByRole('button', { name: 'Use these' }).click();
      }
      const heard = await listenForEpochs(page);
      await page.getByRole('button', { name: 'Train and compare 2 recipes' }).click();
      await page
        .getByRole('link', { name: 'Compare 2 finished runs' })
        .waitFor({ timeout: 150_000 });
      expect((await heard()).map((words) => words.replace(/:.*/, ''))).toEqual([
        'Feature extraction, epoch 1',
        'Feature extraction, epoch 2',
        'Feature extraction, epoch 3',
        'Feature extraction, epoch 4',
        'Fine-tune top, epoch 1',
        'Fine-tune top, epoch 2',
      ]);
    }, 180_000);

    it('compares them with honest numbers', async () => {
      await page.getByRole('link', { name: 'Compare 2 finished runs' }).click();
      const rows = page.getByRole('table').first().getByRole('row');
      await expect.poll(() => rows.count()).toBe(3);
      for (const row of (await rows.all()).slice(1)) {
        const words = (await row.innerText()).replace(/\s+/g, ' ');
        const [, accuracy, low, high] = /(\d\.\d\d) (\d\.\d\d) to (\d\.\d\d)/
          .exec(words)!
          .map(Number);
        expect(words).toContain('MobileNetV2');
        expect(low).toBeLessThan(accuracy!);
        expect(accuracy).toBeLessThan(high!);
        // Five groups: a network that has learnt is far above one in five.
        expect(accuracy).toBeGreaterThan(0.4);
      }
      expect(await page.locator('.headline').innerText()).toMatch(/[a-z].+\.$/);
      expect(await page.getByText('McNemar’s exact test').innerText()).toMatch(
        /p = (0\.\d+|1\.00) /,
      );
      await page.getByText('Validation accuracy').first().waitFor();
    });

    it('opens the pictures behind a cell of the confusion matrix', async () => {
      const cells = page.getByRole('region', { name: 'Confusion matrix' }).getByRole('button');
      const words = await cells.evaluateAll((all) =>
        all.map((one) => one.getAttribute('aria-label')!),
      );
      const counted = words.map((one) => {
        const [, count, actual, said] = /^(\d+) of (.+) called (.+)$/.exec(one)!;
        return { count: Number(count), actual, said };
      });
      const total = counted.reduce((sum, { count }) => sum + count, 0);
      const right = counted.reduce(
        (sum, { count, actual, said }) => sum + (actual === said ? count : 0),
        0,
      );
      const shown = page.getByRole('row').nth(1);
      expect(await shown.innerText()).toContain((right / total).toFixed(2));

      const most = counted.reduce((a, b) => (b.count > a.count ? b : a));
      await cells.nth(counted.indexOf(most)).click();
      const behind = page.getByRole('region', { name: 'Pictures behind it' });
      const name = `${most.count} pictures of ${most.actual} called ${most.said}`;
      await behind.getByRole('heading', { name }).waitFor();
      const opens = behind.getByRole('list').getByRole('button');
      expect(await opens.count()).toBe(Math.min(60, most.count));
      await opens.first().click();
      const large = page.getByRole('dialog', { name: new RegExp(`1 of ${most.count}$`) });
      await large.waitFor();
      await page.keyboard.press('ArrowRight');
      await page.getByRole('dialog', { name: new RegExp(`2 of ${most.count}$`) }).waitFor();
      await page.keyboard.press('Escape');
      await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    });

    it('says of new pictures what the saved model says of them in plain ONNX Runtime', async () => {
      await page.getByRole('link', { name: 'Use' }).click();
      await window.choose(
        page.getByRole('button', { name: 'Choose files or an archive' }),
        pictures,
      );
      const answers = page.getByRole('main').getByRole('listitem');
      await expect.poll(() => answers.count(), { timeout: 60_000 }).toBe(2);

      const file = await window.save(page.getByRole('button', { name: 'Save the model' }));
      const session = await InferenceSession.create(file);
      const { classes, size } = await modelWords(file);
      for (const [index, picture] of pictures.entries()) {
        const rgb = await sharp(picture)
          .flatten({ background: '#ffffff' })
          .resize(size, size, { fit: 'cover', kernel: 'lanczos3' })
          .raw()
          .toBuffer();
        const planes = new Float32Array(rgb.length);
        for (const [i, value] of rgb.entries())
          planes[(i % 3) * size * size + Math.floor(i / 3)] = value;
        const image = new Tensor('float32', planes, [1, 3, size, size]);
        const { probabilities } = await session.run({ image });
        const values = [...(probabilities!.data as Float32Array)];

        const answer = answers.nth(index);
        const terms = await answer.getByRole('term').allInnerTexts();
        const numbers = await answer.locator('dd.numbers').allInnerTexts();
        expect(terms.toSorted()).toEqual(classes.toSorted());
        for (const [place, label] of terms.entries()) {
          const expected = values[classes.indexOf(label)]!;
          expect(Math.abs(expected - Number(numbers[place])), label).toBeLessThanOrEqual(0.0051);
        }
        expect(await answer.getByText(terms[0]!).first().innerText()).toBe(terms[0]);
      }
    });

    it('shows where it looked, and what it was taught with that is near', async () => {
      const buttons = page.getByRole('button', { name: /^Where it looks in/ });
      await buttons.first().click();
      await page.getByRole('img', { name: /^What speaks for .+: mostly / }).waitFor();
      const near = page.getByRole('list', { name: 'Nearest training pictures' });
      await expect.poll(() => near.getByRole('listitem').count()).toBe(6);
      await buttons.first().click();
      await expect.poll(() => near.count()).toBe(0);
    });

    it('saves the labels', async () => {
      const file = await window.save(page.getByRole('button', { name: 'Save the labels' }));
      const lines = (await readFile(file, 'utf8')).trim().split(/\r?\n/);
      expect(lines[0]).toBe('path,label,split');
      const own = lines.find((line) => line.includes(first));
      expect(own).toMatch(/,animals and nature,(train|validation|test)$/);
      const labelled = lines.slice(1).filter((line) => !line.includes(',,'));
      expect(labelled.length).toBeGreaterThan(400);
    });
  });

/** What the model file says of itself, read without the program that wrote it. */
async function modelWords(file: string): Promise<{ classes: string[]; size: number }> {
  // The metadata are the last fields of an ONNX file: plain text between short binary headers.
  const text = (await readFile(file)).toString('latin1');
  const json = (key: string, close: string) => {
    const at = text.lastIndexOf(`${key}\u0012`);
    const from = text.indexOf(close === ']' ? '[' : '{', at);
    return JSON.parse(text.slice(from, text.indexOf(close === ']' ? ']' : '}', from) + 1));
  };
  return { classes: json('classes', ']'), size: json('preprocessing', '}').size };
}
