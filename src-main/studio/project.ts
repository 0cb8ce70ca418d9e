/** Create, open and close a project: a folder with a database, and places for what is made from it. */
import { existsSync } from 'node:fs';
import { mkdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { StudioError } from '../../src-shared/errors.ts';
import { openStore } from '../store/store.ts';
import type { Context } from './context.ts';
import { removeForgotten } from './deleted.ts';
import type { Handlers } from './handlers.ts';
import { failInterrupted } from './interrupted.ts';
import { recentProjects, rememberProject } from './recent.ts';

/** Uploaded files, and what can be made again from the images and the database (but for the runs). */
const folders = ['images', 'thumbnails', 'features', 'runs'] as const;

export const databaseOf = (path: string) => join(path, 'studio.db');

type Calls = Pick<
  Handlers,
  'project.current' | 'project.create' | 'project.open' | 'project.close'
>;

export function projectCalls(context: Context): Calls {
  // One switch at a time: two doors may ask at once.
  let switching: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = switching.then(work, work);
    switching = result;
    return result;
  };

  async function open(path: string, create: boolean) {
    if (context.current()?.path !== path) {
      // First the new one, so that the open one stays when this fails.
      const store = openStore(databaseOf(path), { create });
      try {
        await failInterrupted(path, store);
        await removeForgotten(path, store);
        for (const folder of folders) await mkdir(join(path, folder), { recursive: true });
      } catch (error) {
        store.close();
        throw error;
      }
      await context.replace({ path, store });
    }
    await rememberProject(path);
    return context.summary()!;
  }

  async function create(given: string) {
    const path = absolute(given);
    if (existsSync(databaseOf(path)))
      throw new StudioError('refused', `${path} is a project already. Open it instead.`);
    const there = await kindOf(path);
    if (there === 'file')
      throw new StudioError('refused', `${path} is a file. Give the project a folder of its own.`);
    try {
      await mkdir(path, { recursive: true });
    } catch (error) {
      throw new StudioError(
        'refused',
        `The folder ${path} cannot be made (${reasonOf(error)}). Choose a place where you may write.`,
        { cause: error },
      );
    }
    return open(await realpath(path), true);
  }

  async function openExisting(given: string) {
    const path = absolute(given);
    const there = await kindOf(path);
    if (there === 'nothing')
      throw new StudioError(
        'not-found',
        `There is no folder ${path}. Create a project there first.`,
      );
    if (there === 'file')
      throw new StudioError('refused', `${path} is a file. Open the project's folder instead.`);
    if (!existsSync(databaseOf(path)))
      throw new StudioError(
        'refused',
        `${path} is not a Graft project: it has no studio.db. Create a project there first.`,
      );
    return open(await realpath(path), false);
  }

  return {
    'project.current': async () => ({
      project: context.summary(),
      recent: await recentProjects(),
    }),
    'project.create': ({ path }) => inTurn(() => create(path)),
    'project.open': ({ path }) => inTurn(() => openExisting(path)),
    'project.close': () =>
      inTurn(async () => {
        if (context.current()) await context.replace(null);
        return {};
      }),
  };
}

/** `~` is the user's folder, as in a shell: paths are typed by hand too. */
export function absolute(path: string): string {
  return resolve(path.replace(/^~(?=$|[/\\])/, homedir()));
}

async function kindOf(path: string): Promise<'nothing' | 'file' | 'folder'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'nothing';
    throw new StudioError('refused', `${path} cannot be read (${reasonOf(error)}).`, {
      cause: error,
    });
  }
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;

const reasonOf = (error: unknown) => codeOf(error) ?? String(error);
