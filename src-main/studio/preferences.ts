/** What the person has set, for all projects: `preferences.json` in the user's own folder. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Preferences, preferences, usualPreferences } from '../../src-shared/preferences.ts';
import { replaceFile } from '../atomic-file.ts';
import { home } from '../programs.ts';
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';

const file = () => join(home(), 'preferences.json');

export function preferenceCalls(
  context: Pick<Context, 'emit'>,
): Pick<Handlers, 'preferences.get' | 'preferences.set'> {
  // One change at a time: two windows may set different things at once.
  let changing: Promise<unknown> = Promise.resolve();

  async function change(to: Partial<Preferences>): Promise<Preferences> {
    const next = { ...(await readPreferences()), ...to };
    await mkdir(home(), { recursive: true });
    await replaceFile(file(), (temporary) => writeFile(temporary, JSON.stringify(next, null, 2)));
    context.emit({ name: 'preferences.changed', data: next });
    return next;
  }

  return {
    'preferences.get': readPreferences,
    'preferences.set': (given) => {
      const to = Object.fromEntries(
        Object.entries(given).filter(([, value]) => value !== undefined),
      ) as Partial<Preferences>;
      const result = changing.then(
        () => change(to),
        () => change(to),
      );
      changing = result;
      return result;
    },
  };
}

/** What is set, or usual where nothing is. */
export async function readPreferences(): Promise<Preferences> {
  let text: string;
  try {
    text = await readFile(file(), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return usualPreferences;
    throw error;
  }
  try {
    return preferences.parse(JSON.parse(text));
  } catch {
    return usualPreferences; // damaged by hand: what is set next makes it whole
  }
}
