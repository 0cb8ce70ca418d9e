/** How much memory a run would need: told from the shapes of its network, whose weights need not be here. */

import type { CallParsed } from '../../src-shared/contract.ts';
import { completeSettings, frozenBlocks, type TrainSettings } from '../../src-shared/recipes.ts';
import { catalogueEntry } from '../engine/backbones/catalogue.ts';
import { outline } from '../engine/backbones/outline.ts';
import { type MemoryPlan, planMemory } from '../engine/memory/micro-batch.ts';
import type { Store } from '../store/store.ts';
import { runtimeNow } from './runtimes.ts';
import { addedNetworks, weightsHere } from './weight-folder.ts';

export type PlannedRun = Pick<CallParsed<'runs.estimate'>, 'recipe' | 'backbone' | 'settings'>;
export type RunMemory = Pick<MemoryPlan, 'microBatch' | 'bytes' | 'available'>;

/** What is free moves all the time; a plan holds within so much of it. */
const step = 250e6;
/** Plans that are kept: all recipes on all networks, for a few settings. */
const most = 500;
const plans = new Map<string, RunMemory>();

/**
 * Peak resident bytes of the engine's process, how many pictures it would compute at once, and the bytes that it
 * may use. Takes half a second at most the first time, and nothing for the same question again.
 *
 * @param examples pictures to train on, to validate and to test with
 * @returns null when the recipe cannot train this network
 * @throws StudioError when there is no such network
 */
export async function memoryOf(
  { recipe, backbone: name, settings: changes }: PlannedRun,
  { classes, examples }: { readonly classes: number; readonly examples: number },
): Promise<RunMemory | null> {
  const here = await weightsHere(name).catch(() => null);
  const known = (await addedNetworks()).includes(name) ? null : catalogueEntry(name);
  const architecture = here?.architecture ?? known?.architectures[0];
  if (!architecture) return null;
  const settings: TrainSettings = completeSettings(recipe, changes);
  const { length } = architecture.blocks;
  if (architecture.obstacle?.(frozenBlocks(recipe, settings.blocks, length))) return null;

  const free = step * Math.max(1, Math.round(process.availableMemory() / step));
  const { seed: _, ...rest } = settings;
  const runtime = await runtimeNow(settings.runtime);
  const key = JSON.stringify([name, here?.sha256, recipe, rest, runtime, classes, examples, free]);
  const kept = plans.get(key);
  if (kept) return kept;
  const task = { recipe, settings, classes, examples, runtime };
  const { microBatch, bytes, available } = planMemory(
    { ...task, backbone: outline(architecture) },
    free,
  );
  if (plans.size >= most) plans.clear();
  const found = { microBatch, bytes: Math.round(bytes), available };
  plans.set(key, found);
  return found;
}

/** Of the pictures that are labelled now. */
export const planned = (store: Store) => {
  const labelled = store.images.labelled();
  const classes = new Set(labelled.map(({ labelId }) => labelId)).size;
  // A classifier of fewer is not trained; what it would need is asked for all the same.
  return { labelled, classes: Math.max(2, classes), examples: labelled.length };
};
