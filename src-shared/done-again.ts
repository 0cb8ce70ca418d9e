/** Runs that were started once more with folds. */
import type { Run } from './domain.ts';

type Done = Pick<Run, 'id' | 'recipe' | 'backbone' | 'settings' | 'counts'>;

const keyOf = ({ recipe, backbone, settings, counts }: Done) =>
  JSON.stringify([recipe, backbone, { ...settings, folds: 0 }, counts]);

/** Is there the same training again, on as many pictures, with the folds that this one lacks? */
export function isDoneAgain(run: Done, runs: readonly Done[]): boolean {
  if (run.settings.folds > 0) return false;
  const key = keyOf(run);
  const [next] = runs
    .filter((other) => other.id > run.id && keyOf(other) === key)
    .toSorted((a, b) => a.id - b.id);
  return next !== undefined && next.settings.folds > 0;
}
