/**
 * Which studio a command talks to: the one that `--connect` names, else the one that has the project open
 * already, else one in this process that lives as long as the command.
 */
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Studio } from '../../src-shared/contract.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { type RemoteStudio, remoteStudio } from '../../src-shared/remote-studio.ts';
import { readBeacon } from '../web/beacon.ts';
import { complain } from './output.ts';

export interface Session {
  readonly studio: Studio;
  /** Do paths of this machine mean the same to the studio? */
  readonly local: boolean;
  /** Tells that events were missed, so that the state is to be asked for. */
  onMissed(listener: () => void): () => void;
  close(): Promise<void>;
}

async function inThisProcess(): Promise<Session> {
  // Only now: the database and the picture library take longer to load than most commands to run.
  const { createStudio } = await import('../studio/studio.ts');
  const studio = createStudio({ resumesQueue: false });
  return { studio, local: true, onMissed: () => () => {}, close: () => studio.close() };
}

function overWire(studio: RemoteStudio, local: boolean): Session {
  studio.onConnection((state) =>
    complain(
      state === 'lost'
        ? '\nThe connection to the studio is lost; the studio goes on, and this waits for it.'
        : 'The connection to the studio is back.',
    ),
  );
  return {
    studio,
    local,
    onMissed: (listener) =>
      studio.onConnection((state) => {
        if (state === 'restarted') listener();
      }),
    close: () => studio.close(),
  };
}

async function connect(url: string, local: boolean): Promise<Session> {
  const studio = remoteStudio(url);
  try {
    await studio.ready;
    return overWire(studio, local);
  } catch (error) {
    await studio.close();
    throw error;
  }
}

/** The studio on this machine that has this project open, if there is one. */
export async function runningStudio(dir: string): Promise<(Session & { url: string }) | null> {
  // A studio knows its project by the folder's real path; a folder that is not there has no studio.
  const project = await realpath(dir).catch(() => null);
  const beacon = project === null ? null : await readBeacon(project);
  if (!beacon) return null;
  const session = await connect(beacon.url, true).catch((error: unknown) => {
    // Left behind by a crash.
    if (error instanceof StudioError && error.code === 'unavailable') return null;
    throw error;
  });
  if (!session) return null;
  const current = await session.studio.call('project.current', {});
  if (current.project?.path === project) return { ...session, url: beacon.url };
  await session.close();
  return null;
}

/**
 * With `--connect`, DIR is a folder on the studio's machine, and `.` the project that is open there. A
 * project that is open there is not closed for another: somebody may be working on it.
 * @throws StudioError `refused` when another one is open there, or DIR is not absolute
 */
async function openThere(session: Session, dir: string, verb: 'open' | 'create'): Promise<void> {
  const { project } = await session.studio.call('project.current', {});
  const wanted = dir.length > 1 ? dir.replace(/[\\/]+$/, '') : dir;
  if (project && verb === 'open' && (dir === '.' || wanted === project.path)) return;
  if (project) {
    throw new StudioError(
      'refused',
      `The studio at the other end has ${project.path} open: name that folder (or "."), or close it there first.`,
    );
  }
  if (!/^([\\/]|[A-Za-z]:)/.test(dir)) {
    throw new StudioError(
      'refused',
      `With --connect the project lies on the studio's machine: give the absolute path of its folder there instead of "${dir}".`,
    );
  }
  await session.studio.call(`project.${verb}`, { path: wanted });
}

async function openHere(dir: string, verb: 'open' | 'create'): Promise<Session> {
  const path = resolve(dir);
  const running = await runningStudio(path);
  // Creating what is open already is for the studio to refuse, in its own words.
  if (running && verb === 'open') return running;
  await running?.close();
  const session = await inThisProcess();
  try {
    await session.studio.call(`project.${verb}`, { path });
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Opens (or creates) a project for the time of a command, and closes what it opened. */
export async function withProject<T>(
  dir: string,
  url: string | undefined,
  work: (session: Session) => Promise<T>,
  verb: 'open' | 'create' = 'open',
): Promise<T> {
  const session = await (url === undefined
    ? openHere(dir, verb)
    : connect(url, false).then(async (remote) => {
        try {
          await openThere(remote, dir, verb);
          return remote;
        } catch (error) {
          await remote.close();
          throw error;
        }
      }));
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/**
 * As `withProject`, for commands that open no project, or one that the studio chooses.
 * @param where the address of a studio; or a project, whose studio is used if one has it open
 */
export async function withStudio<T>(
  where: { readonly connect?: string; readonly project?: string },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { connect: url, project } = where;
  const running = project === undefined ? null : await runningStudio(project);
  const session =
    running ?? (url === undefined ? await inThisProcess() : await connect(url, false));
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
