/** Files that the page hands to the person: the report, and a dataset. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilderSource from 'axe-core';
import type { Locator, Page } from 'playwright';
import { expect, it } from 'vitest';
import { openPage, openProject } from '../helpers/browser.ts';
import { fakeEngine } from '../helpers/fake-engine.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll, nextEvent } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

async function openCompared() {
  const engine = fakeEngine();
  const open = await openProject(engine);
  await writeShapes(join(open.folder, 'shapes'), 10);
  await importAll(open.studio, [join(open.folder, 'shapes')], 'folders');
  await open.studio.call('runs.start', {
    runs: [{ recipe: 'feature-extraction', backbone: 'mobilenet_v2' }],
  });
  await until('the run to start', () => engine.started.length === 1);
  const finished = nextEvent(open.studio, 'run.changed', ({ run }) => run.state === 'finished');
  engine.started[0]!.epoch(0.5);
  engine.started[0]!.finish(0.5);
  await finished;
  const page = await openPage(`${open.door.url}#compare`);
  return { ...open, page };
}

async function saved(page: Page, button: Locator): Promise<{ name: string; path: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: download.suggestedFilename(), path: await download.path() };
}

it('saves a report that is whole, fetches nothing and can be read by all', async () => {
  const { page } = await openCompared();
  const { name, path } = await saved(page, page.getByRole('button', { name: 'Save report' }));
  expect(name).toBe('project-report.html');
  const text = await readFile(path, 'utf8');
  const report = await page.context().newPage();
  const asked: string[] = [];
  report.on('request', (request) => asked.push(request.url()));
  await report.setContent(text);
  await report.getByRole('heading', { name: 'project', exact: true }).waitFor();
  await report.getByRole('heading', { name: 'What it mixes up' }).waitFor();
  await report.getByRole('table', { name: 'Runs, the best first' }).waitFor();
  expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([]);
  for (const colorScheme of ['light', 'dark'] as const) {
    await report.emulateMedia({ colorScheme });
    const { violations } = (await report.evaluate(`${AxeBuilderSource.source}; axe.run()`)) as {
      violations: { id: string; nodes: { html: string }[] }[];
    };
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  }
  await report.close();
});

it('downloads a dataset as a .zip', async () => {
  const { page } = await openCompared();
  await page.getByRole('button', { name: /^Project / }).click();
  await page.getByText('Export dataset', { exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Export dataset' });
  const { name, path } = await saved(
    page,
    dialog.getByRole('button', { name: 'Download as .zip' }),
  );
  expect(name).toBe('project-imagefolder.zip');
  expect((await readFile(path)).subarray(0, 2).toString()).toBe('PK');
  await page.getByText(/^30 pictures saved to project-imagefolder\.zip/).waitFor();
});
