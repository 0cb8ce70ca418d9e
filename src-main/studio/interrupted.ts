/** What is left of runs that did not come to their end, and whether they can go on. */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../../src-shared/domain.ts';
import { interruptedAt } from '../../src-shared/parts.ts';
import { checkpointEpoch, checkpointPath } from '../engine/training/checkpoint.ts';
import type { Store } from '../store/store.ts';

export const runFolderIn = (project: string, id: number) => join(project, 'runs', String(id));

/** Of a part of a run, numbered from 1: there while it is trained, and after an interruption. */
export const partFolderIn = (runFolder: string, part: number) => join(runFolder, `part-${part}`);
const isPart = (name: string) => /^part-\d+$/.test(name);

type Interrupted = Pick<Run, 'settings' | 'partsDone' | 'checkpointEpoch'>;

/** The reason, and what can be done about it. */
export const interruptedWords = (reason: string, run: Interrupted): string =>
  run.checkpointEpoch === null
    ? reason
    : `${reason} It was interrupted ${interruptedAt(run)}; Resume goes on from there.`;

/**
 * Leaves nothing in the folder of a run but its checkpoint, or that of the part it was in, and no folder
 * without one.
 * @returns the epoch after which the run can go on: 0 where parts are done and no epoch since; null when it cannot
 */
export async function keepCheckpoint(
  folder: string,
  { partsDone }: Pick<Run, 'partsDone'>,
): Promise<number | null> {
  return (await keepIn(folder)) ?? (partsDone > 0 ? 0 : null);
}

async function keepIn(folder: string): Promise<number | null> {
  let epoch = await checkpointEpoch(folder);
  for (const name of existsSync(folder) ? await readdir(folder) : []) {
    const path = join(folder, name);
    if (path === checkpointPath(folder) && epoch !== null) continue;
    // A part's checkpoint is there only before the run's own.
    const ofPart: number | null = isPart(name) ? await keepIn(path) : null;
    if (ofPart === null) await rm(path, { recursive: true, force: true });
    else epoch ??= ofPart;
  }
  if (epoch === null) await rm(folder, { recursive: true, force: true });
  return epoch;
}

/** The studio was killed while these runs were training. */
export async function failInterrupted(project: string, store: Store): Promise<void> {
  for (const run of store.runs.inState('running')) {
    const { id } = run;
    const checkpointEpoch = await keepCheckpoint(runFolderIn(project, id), run);
    const reason = 'Graft was closed while this run was training.';
    const words = interruptedWords(reason, { ...run, checkpointEpoch });
    store.runs.failInterrupted(id, words, checkpointEpoch);
  }
}
