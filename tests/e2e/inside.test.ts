/** Looking inside a run, in the Compare room. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { openPage, openProject } from '../helpers/browser.ts';
import { fakeEngine } from '../helpers/fake-engine.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll, nextEvent } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

/** Two runs with a label edit between them; the first has half of the test pictures right, the second all. */
async function openCompared() {
  const engine = fakeEngine();
  const open = await openProject(engine);
  const { studio } = open;
  await writeShapes(join(open.folder, 'shapes'), 10);
  await importAll(studio, [join(open.folder, 'shapes')], 'folders');
  for (const [place, share] of [0.5, 1].entries()) {
    await studio.call('runs.start', {
      runs: [{ recipe: 'feature-extraction', backbone: 'mobilenet_v2' }],
    });
    await until('the run to start', () => engine.started.length === place + 1);
    const finished = nextEvent(studio, 'run.changed', ({ run }) => run.state === 'finished');
    engine.started[place]!.epoch(share);
    engine.started[place]!.finish(share);
    const { run } = await finished;
    const train = engine.started[place]!.job.examples.find(
      ({ label, split }) => label === 0 && split === 'train',
    )!;
    const { labelId } = run.classes[1]!;
    if (place === 0) await studio.call('labels.assign', { imageIds: [train.imageId], labelId });
  }
  const page = await openPage(`${open.door.url}#compare`);
  await page.getByRole('tab', { name: 'Mix-ups' }).waitFor();
  return { ...open, engine, page };
}

const show = (page: Page, tab: string) => page.getByRole('tab', { name: tab }).click();

describe('inside a run', () => {
  it('goes from tab to tab by key', async () => {
    const { page } = await openCompared();
    await page.getByRole('tab', { name: 'Mix-ups' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'Label by label' }).waitFor();
    await page.keyboard.press('End');
    await page.getByRole('heading', { name: '3 pictures mended' }).waitFor();
    const focused = page.getByRole('tab', { name: 'What changed' });
    expect(await focused.getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Home');
    await page.getByRole('region', { name: 'Confusion matrix' }).waitFor();
  });

  it('tells what changed, and which labels were edited', async () => {
    const { page } = await openCompared();
    await show(page, 'What changed');
    await page.getByRole('heading', { name: '0 pictures broken' }).waitFor();
    const edits = page.getByRole('region', { name: 'Label edits between them' });
    await edits.getByRole('heading', { name: '1 label edit between them' }).waitFor();
    await edits.getByText('circle → square').waitFor();
  });

  it('says how good it is for each label, and saves the numbers', async () => {
    const { page } = await openCompared();
    await show(page, 'Labels');
    const row = page.getByRole('row', { name: /^circle/ });
    await row
      .getByRole('img', { name: /^1\.00, 0\.\d\d to 1\.00$/ })
      .first()
      .waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Labels of run 2: save as CSV' }).click();
    const csv = await readFile(await (await download).path(), 'utf8');
    expect(csv.split('\r\n')[0]).toBe(
      'label,pictures,precision,precision low,precision high,recall,recall low,recall high,f1,f1 low,f1 high',
    );
    expect(csv).toContain('circle,2,1,');
  });

  it('stores below what it is unsure, chosen on validation', async () => {
    const { page, studio } = await openCompared();
    await show(page, 'How sure it may be');
    await page
      .getByRole('img', { name: /^Calibrated, expected calibration error 0\.200/ })
      .waitFor();
    const slider = page.getByRole('slider', { name: 'Unsure below' });
    await slider.focus();
    await slider.press('End');
    await page.getByText('none at all').waitFor();
    await page.getByText('Now “unsure” is said below 1.00').waitFor();
    await slider.fill('0.75');
    await page.getByText('Now “unsure” is said below 0.75').waitFor();
    const { runs } = await studio.call('runs.list', {});
    expect(runs.map(({ unsureBelow }) => unsureBelow)).toEqual([null, 0.75]);
    await page.getByRole('button', { name: 'Always answer' }).click();
    await page.getByText('Now it always answers.').waitFor();
  });

  it('saves a figure as it looks, and shows its numbers', async () => {
    const { page } = await openCompared();
    await page.getByRole('button', { name: 'Validation accuracy: numbers' }).click();
    await page.getByRole('table', { name: 'Validation accuracy' }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Validation accuracy: save as SVG' }).click();
    const svg = await readFile(await (await download).path(), 'utf8');
    expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain('<title>Validation accuracy by epoch.');
    expect(svg).toMatch(/stroke="(rgb|color)\(/);
    expect(svg).not.toContain('var(--');
  });

  it('offers cross-validation where the test is small, and starts it', async () => {
    const { page, engine, studio } = await openCompared();
    await page.getByText('Only 6 pictures to test on.').waitFor();
    await page.getByRole('button', { name: 'Cross-validate run 2' }).click();
    await until('the run to start', () => engine.started.length === 3);
    const { runs } = await studio.call('runs.list', {});
    expect(runs[2]!.settings.folds).toBe(5);
    // Not twice; and when it has ended it takes the place of the run without folds.
    await page.getByRole('button', { name: 'Cross-validate run 1' }).waitFor();
    for (let job = 2; job < 8; job++) {
      await until(`training ${job}`, () => engine.started.length === job + 1);
      engine.started[job]!.epoch(1);
      engine.started[job]!.finish(1);
    }
    const listed = (run: number) =>
      page
        .getByRole('complementary', { name: 'Runs' })
        .getByRole('button', { name: new RegExp(`run ${run} `) })
        .getAttribute('aria-pressed');
    await expect.poll(() => listed(3)).toBe('true');
    expect(await Promise.all([1, 2].map(listed))).toEqual(['true', 'false']);
  });
});
