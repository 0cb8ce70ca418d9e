import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import open from 'open';
import type { Studio } from '../../../src-shared/contract.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import { remoteStudio } from '../../../src-shared/remote-studio.ts';
import { root } from '../../programs.ts';
import { openWebDoor, type WebDoor } from '../../web/door.ts';
import { interruptible } from '../interrupt.ts';
import { addCommonOptions, type CommonOptions, portNumber } from '../options.ts';
import { complain, print, printJson } from '../output.ts';
import { runningStudio } from '../session.ts';

/** Always the same if it is free, so that a tunnel and a bookmark can rely on it. */
const usualPort = 4725;

interface Options extends CommonOptions {
  readonly port?: number;
  readonly open: boolean;
}

async function show(url: string, options: Options, dir: string | null): Promise<void> {
  if (options.json) printJson({ url, project: dir });
  else print(`Graft is at ${url}`);
  if (!options.open) return;
  try {
    const browser = await open(url);
    browser.on('error', () => complain('No browser could be opened: open the address by hand.'));
  } catch {
    complain('No browser could be opened: open the address by hand.');
  }
}

async function openDoor(studio: Studio, port: number | undefined): Promise<WebDoor> {
  const token = process.env.GRAFT_TOKEN;
  const options = { rendererDir: join(root, 'out', 'renderer'), ...(token ? { token } : {}) };
  if (port !== undefined) return openWebDoor(studio, { ...options, port });
  try {
    return await openWebDoor(studio, { ...options, port: usualPort });
  } catch (error) {
    if (error instanceof StudioError) return openWebDoor(studio, options);
    throw error;
  }
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((stop) => {
    if (signal.aborted) stop();
    signal.addEventListener('abort', () => stop(), { once: true });
  });

/**
 * The studio in the browser, until Ctrl+C. A project that is open in another studio on this machine is
 * shown there; with `--connect` the browser is only sent to that studio.
 */
export async function serve(dir: string | undefined, options: Options): Promise<void> {
  if (options.connect !== undefined) {
    const there = remoteStudio(options.connect);
    try {
      await there.ready;
    } finally {
      await there.close();
    }
    return show(options.connect, options, null);
  }
  const path = dir === undefined ? null : resolve(dir);
  const running = path === null ? null : await runningStudio(path);
  if (running) {
    await running.close();
    return show(running.url, options, path);
  }

  const { createStudio } = await import('../../studio/studio.ts');
  const studio = createStudio();
  try {
    if (path !== null) await studio.call('project.open', { path });
    const door = await openDoor(studio, options.port);
    try {
      await show(door.url, options, path);
      if (!options.json) print('Stop it with Ctrl+C.');
      await interruptible(untilAborted);
    } finally {
      await door.close();
    }
  } finally {
    await studio.close();
  }
}

export function serveCommand(program: Command): void {
  addCommonOptions(program.command('serve [dir]'))
    .description('open the studio in the browser, with a project if one is named')
    .option('--port <port>', `on 127.0.0.1; ${usualPort}, or a free one, if not given`, portNumber)
    .option('--no-open', 'print the address, and open no browser')
    .action(serve);
}
