/**
 * `<project>/studio.json`: how to reach the studio that has the project open, for the command line. Only
 * its owner may read it, for it holds the token. A crash leaves it behind; its reader finds nobody there.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Studio } from '../../src-shared/contract.ts';

const beaconSchema = z.object({ url: z.string(), token: z.string(), pid: z.int() });
export type Beacon = z.infer<typeof beaconSchema>;

const beaconFile = (project: string) => join(project, 'studio.json');

/** Null when the project has none, or one that cannot be read as such. */
export async function readBeacon(project: string): Promise<Beacon | null> {
  try {
    return beaconSchema.parse(JSON.parse(await readFile(beaconFile(project), 'utf8')));
  } catch {
    return null; // none, half a one or somebody else's file: nobody to be reached through it
  }
}

async function write(project: string, beacon: Beacon): Promise<void> {
  const temporary = `${beaconFile(project)}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(beacon, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, beaconFile(project));
}

/** Removes our own only: another studio may have written its own since. */
async function remove(project: string, beacon: Beacon): Promise<void> {
  if ((await readBeacon(project))?.token === beacon.token)
    await rm(beaconFile(project), { force: true });
}

/**
 * Keeps the beacon in the project that the studio has open. The function it gives takes it away.
 * @param failed told when a beacon cannot be written; the studio works without it
 */
export async function followProject(
  studio: Studio,
  beacon: Beacon,
  failed: (error: unknown) => void,
): Promise<() => Promise<void>> {
  let at: string | null = null;
  let work: Promise<void> = Promise.resolve();

  function moveTo(path: string | null): void {
    work = work
      .then(async () => {
        if (path === at) return;
        const from = at;
        at = path;
        if (from !== null) await remove(from, beacon);
        if (path !== null) await write(path, beacon);
      })
      .catch(failed);
  }

  const unsubscribe = studio.subscribe((event) => {
    if (event.name === 'project.changed') moveTo(event.data.project?.path ?? null);
  });
  moveTo((await studio.call('project.current', {})).project?.path ?? null);
  await work;
  return async () => {
    unsubscribe();
    moveTo(null);
    await work;
  };
}
