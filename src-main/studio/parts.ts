/** The parts of a run: which are left to train, each with its own sets and seed. */
import { partsOf } from '../../src-shared/parts.ts';
import type { Example, TrainJob } from '../engine/protocol.ts';
import { nearCopies } from '../images/near-copies.ts';
import type { Store } from '../store/store.ts';
import { splitSeed } from './dataset.ts';
import { dealFolds, demandWholeFolds, setInFold } from './folds.ts';

/** What a part has instead of what the run has. */
export interface PartOfRun extends Pick<TrainJob, 'settings' | 'examples'> {
  /** From 1. */
  readonly part: number;
}

/**
 * The same folds for all runs on the same pictures, whatever their seeds. Copies are looked for among these
 * pictures only, so that what is labelled later does not move a run that was interrupted.
 */
function foldsOf(store: Store, examples: readonly Example[], folds: number): Map<number, number> {
  const ids = new Set(examples.map(({ imageId }) => imageId));
  const copies = nearCopies(store.fingerprints.all().filter(({ id }) => ids.has(id)));
  return dealFolds(examples, folds, splitSeed, copies);
}

/** @throws StudioError `refused` when there are too few pictures for so many folds */
export function demandFolds(store: Store, examples: readonly Example[], folds: number): void {
  demandWholeFolds(examples, folds, foldsOf(store, examples, folds));
}

/** In their order. Parts that were tested on other pictures than now (one is gone) do not count as done. */
export function partsLeft(
  store: Store,
  { runId, settings, examples }: Pick<TrainJob, 'runId' | 'settings' | 'examples'>,
): readonly PartOfRun[] {
  const { folds } = settings;
  const dealt = folds === 0 ? new Map<number, number>() : foldsOf(store, examples, folds);
  const parts = partsOf(settings).map((part, i): PartOfRun => {
    if (part.kind === 'seed')
      return { part: i + 1, settings: { ...settings, seed: part.seed }, examples };
    const inFold = examples.map((example) => ({
      ...example,
      split: setInFold(dealt.get(example.imageId)!, part.fold, folds),
    }));
    return { part: i + 1, settings, examples: inFold };
  });
  const done = store.predictions.ofParts(runId);
  const isDone = ({ part, examples }: PartOfRun) => {
    const tested = new Set(done.get(part)?.map(({ imageId }) => imageId));
    const test = examples.filter(({ split }) => split === 'test');
    return test.length === tested.size && test.every(({ imageId }) => tested.has(imageId));
  };
  const firstLeft = parts.findIndex((part) => !isDone(part));
  const kept = firstLeft === -1 ? parts.length : firstLeft;
  store.predictions.keepParts(runId, kept);
  return parts.slice(kept);
}
