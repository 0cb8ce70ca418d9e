/** The projects that were open lately, the latest first: `recent.json` in the user's own folder. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../atomic-file.ts';
import { home } from '../programs.ts';

const most = 12;
const file = () => join(home(), 'recent.json');

/** Those whose database is there now: a disk that is unplugged comes back with its projects. */
export async function recentProjects(): Promise<string[]> {
  return (await read()).filter((path) => existsSync(join(path, 'studio.db')));
}

export async function rememberProject(path: string): Promise<void> {
  const paths = [path, ...(await read()).filter((other) => other !== path)].slice(0, most);
  await mkdir(home(), { recursive: true });
  await replaceFile(file(), (temporary) => writeFile(temporary, JSON.stringify(paths, null, 2)));
}

async function read(): Promise<string[]> {
  try {
    return z.array(z.string()).parse(JSON.parse(await readFile(file(), 'utf8')));
  } catch (error) {
    // Not there at first; and a convenience that was damaged by hand is not worth a failure.
    if (isMissing(error) || error instanceof SyntaxError || error instanceof z.ZodError) return [];
    throw error;
  }
}

const isMissing = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
