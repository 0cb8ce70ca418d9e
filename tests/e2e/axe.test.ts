/** Every room, mode and dialog, light and dark, against the rules of WCAG 2.2 AA that a machine can check. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright';
import { expect, it } from 'vitest';
import { openPage, openStudio } from '../helpers/browser.ts';
import { tour, tourEngine } from '../helpers/tour.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const options: RunOptions = {
  resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};

/** What axe finds wrong with the page as it is, one line for each element. */
async function violations(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate(
    (options) =>
      (window as unknown as { axe: { run(o: unknown): Promise<AxeResults> } }).axe.run(options),
    options,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

it('finds no violation anywhere, light or dark', { timeout: 300_000 }, async () => {
  const engine = tourEngine();
  const open = await openStudio(engine);
  const page = await openPage(open.door.url);
  await page.evaluate(await readFile(axe, 'utf8'));
  const found: Record<string, string[]> = {};
  let stops = 0;
  for await (const stop of tour(page, open, engine)) {
    stops++;
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const wrong = await violations(page);
      if (wrong.length > 0) found[`${stop}, ${colorScheme}`] = wrong;
    }
  }
  expect(found).toEqual({});
  expect(stops).toBeGreaterThan(30);
});
