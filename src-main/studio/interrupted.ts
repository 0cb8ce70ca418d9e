/** What is left of runs that did not come to their end, and whether they can go on. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointEpoch, checkpointPath } from '../engine/training/checkpoint.ts';
import type { Store } from '../store/store.ts';

export const runFolderIn = (project: string, id: number) => join(project, 'runs', String(id));

/** The reason, and what can be done about it. */
export const interruptedWords = (reason: string, epoch: number | null): string =>
  epoch === null
    ? reason
    : `${reason} It was interrupted after epoch ${epoch}; Resume goes on from there.`;

/**
 * Leaves nothing in the folder of a run but its checkpoint, and no folder without one.
 * @returns the epoch after which the run can go on
 */
export async function keepCheckpoint(folder: string): Promise<number | null> {
  const epoch = await checkpointEpoch(folder);
  if (epoch === null) {
    await rm(folder, { recursive: true, force: true });
    return null;
  }
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (path !== checkpointPath(folder)) await rm(path, { recursive: true, force: true });
  }
  return epoch;
}

/** The studio was killed while these runs were training. */
export async function failInterrupted(project: string, store: Store): Promise<void> {
  for (const { id } of store.runs.inState('running')) {
    const epoch = await keepCheckpoint(runFolderIn(project, id));
    const reason = 'Graft was closed while this run was training.';
    store.runs.failInterrupted(id, interruptedWords(reason, epoch), epoch);
  }
}
