/** What a person sees in the Label room. */
import type { Locator, Page } from 'playwright';

export const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Pictures' });

/** A picture's cell, by its name and what stands on it: `owl.png, birds`. */
export const cell = (page: Page, name: string): Locator =>
  grid(page).getByRole('gridcell', { name, exact: true });

/** The accessible name of what has the focus. */
export const focused = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);

/** A label's row in the list on the left, which also says how many pictures carry it. */
export const labelRow = (page: Page, name: string): Locator =>
  page
    .getByRole('complementary', { name: 'Labels' })
    .getByRole('button')
    .and(page.getByTitle(name, { exact: true }));

/** Waits until the studio has written down everything that was done. */
export const saved = (page: Page): Promise<void> => page.getByText('All changes saved').waitFor();
