/** Downloads wheels with pip, each once: what came whole stays for the next try. */
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { checkHash } from '../download.ts';
import { downloadWheel } from '../wheel.ts';
import { downloads, sizeOf } from './folder.ts';
import { type Package, pipOptions, thisSystem } from './packages.ts';
import type { Following } from './plan.ts';

const pollMs = 250;
/** Of one wheel: a pip older than 25.1 gives up a file whose connection breaks. */
const attempts = 3;

/**
 * Paths of the wheels, known by their hashes.
 *
 * @throws StudioError when one cannot be had; an AbortError when the signal fires
 */
export async function bringAll(
  packages: readonly Package[],
  { signal, log, onProgress }: Following,
): Promise<string[]> {
  const total = packages.reduce((sum, { bytes }) => sum + bytes, 0);
  await dropParts();
  const wheels: string[] = [];
  let before = 0;
  for (const each of packages) {
    const wheel = join(downloads(), `${each.requirement.replace('==', '-')}.whl`);
    const tell = (done: number) =>
      onProgress({ step: 'downloading', done: before + Math.min(each.bytes, done), total });
    tell(0);
    const isHere = (await stat(wheel).catch(() => null))?.size === each.bytes;
    if (isHere) log(`${each.requirement} is here from before`);
    else {
      log(`pip download ${each.requirement}`);
      await bring(each, wheel, { signal, log, tell });
    }
    before += each.bytes;
    wheels.push(wheel);
  }
  return wheels;
}

interface Telling extends Pick<Following, 'signal' | 'log'> {
  readonly tell: (bytes: number) => void;
}

async function bring(
  { requirement, sha256 }: Package,
  wheel: string,
  { signal, log, tell }: Telling,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    // A new place each time: a pip whose Graft was killed may still be writing into its own.
    await mkdir(downloads(), { recursive: true });
    const part = await mkdtemp(join(downloads(), 'part-'));
    const watched = watch(part, tell);
    try {
      const places = { whole: join(part, 'whole'), temporary: join(part, 'temporary') };
      for (const place of Object.values(places)) await mkdir(place);
      const file = await downloadWheel(requirement, places.whole, {
        ...{ signal, options: pipOptions(thisSystem()!), temporary: places.temporary },
      });
      await checkHash(file, sha256, `PyPI's ${requirement}`);
      await rename(file, wheel);
      return;
    } catch (error) {
      // Where nothing came there is no connection, and it is better said at once.
      const hasBroken = watched.most() > 0 && (error as { code?: string }).code === 'unavailable';
      if (signal.aborted || !hasBroken || attempt === attempts) throw error;
      log(`${(error as Error).message} Trying again`);
    } finally {
      watched.end();
      await rm(part, { recursive: true, force: true });
    }
  }
}

/** What pip was at when an installation was killed: it begins such a file anew. */
async function dropParts(): Promise<void> {
  const names = await readdir(downloads()).catch(() => []);
  for (const name of names) {
    if (!name.endsWith('.whl')) await rm(join(downloads(), name), { recursive: true, force: true });
  }
}

/** pip tells nothing while it downloads, but its file grows. */
function watch(folder: string, tell: (bytes: number) => void) {
  let most = 0;
  let ended = false;
  const go = async () => {
    while (!ended) {
      const bytes = await sizeOf(folder);
      most = Math.max(most, bytes);
      if (!ended) tell(bytes);
      await wait(pollMs);
    }
  };
  void go();
  return {
    most: () => most,
    end: () => {
      ended = true;
    },
  };
}
