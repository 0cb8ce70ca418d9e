/** The first start: a project for whatever a person points at, without a question. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StudioError } from '../../src-shared/errors.ts';
import { projectsFolder } from '../programs.ts';
import type { Handlers } from './handlers.ts';
import { absolute, databaseOf } from './project.ts';

type Needed = Pick<Handlers, 'project.create' | 'project.open'>;

export function beginCalls(handlers: Needed): Pick<Handlers, 'project.begin'> {
  return {
    'project.begin': async ({ name, paths }) => {
      const sources = paths.map(absolute);
      const missing = sources.find((path) => !existsSync(path));
      if (missing !== undefined)
        throw new StudioError(
          'not-found',
          `There is no file or folder ${missing} on the computer that Graft runs on. Check the path.`,
        );
      const [only] = sources;
      if (only !== undefined && sources.length === 1 && existsSync(databaseOf(only)))
        return { project: await handlers['project.open']({ path: only }), sources: [] };
      const project = await handlers['project.create']({ path: freeFolder(folderName(name)) });
      return { project, sources };
    },
  };
}

/** A folder that is not there yet: `pond`, else `pond 2`, `pond 3`, … */
function freeFolder(name: string): string {
  const taken = (path: string) => existsSync(path);
  let path = join(projectsFolder(), name);
  for (let count = 2; taken(path); count++) path = join(projectsFolder(), `${name} ${count}`);
  return path;
}

/**
 * A name that every file system takes: without the endings of archives, without characters that Windows
 * refuses, not hidden, not too long.
 */
export function folderName(name: string): string {
  const clean = name
    .replace(/\.(zip|tar|tgz|tar\.gz)$/i, '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[<>:"/\\|?*\u0000-\u001f]+/g, ' ')
    .replace(/^[\s.]+|[\s.]+$/g, '')
    .slice(0, 80)
    .trim();
  return clean === '' ? 'Pictures' : clean;
}
