/** What lies beside the installation that counts, and who may change it: one at a time. */
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../../src-shared/errors.ts';
import { recordPath, tensorflowHome } from '../../engine/runtimes/tensorflow/installation.ts';
import { isAlive } from '../../is-alive.ts';

/** What was downloaded whole for an installation that has not succeeded yet. */
export const downloads = (): string => join(tensorflowHome(), 'downloads');
const lockPath = () => join(tensorflowHome(), 'installing.lock');

/** What earlier installations left that does not count. */
export async function tidy(keep?: string | null): Promise<void> {
  const counts =
    keep === undefined
      ? await readFile(recordPath(), 'utf8').then(
          (text) => (JSON.parse(text) as { readonly folder?: string }).folder,
          () => undefined,
        )
      : keep;
  const entries = await readdir(tensorflowHome(), { withFileTypes: true });
  for (const entry of entries) {
    const path = join(tensorflowHome(), entry.name);
    if (!entry.isDirectory() || path === counts || path === downloads()) continue;
    await rm(path, { recursive: true, force: true });
  }
}

/** One installation at a time, whichever studio or command does it; one that was killed holds no lock. */
export async function lock(): Promise<() => Promise<void>> {
  for (;;) {
    try {
      const file = await open(lockPath(), 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(lockPath(), { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(lockPath(), 'utf8').catch(() => ''));
    if (owner > 0 && isAlive(owner)) {
      throw new StudioError(
        'refused',
        `TensorFlow is being installed or removed by another Graft (process ${owner}) just now: wait for its end.`,
      );
    }
    await rm(lockPath(), { force: true });
  }
}

/** Of all files in it. */
export async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    // One that pip has just moved away counts no more.
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
