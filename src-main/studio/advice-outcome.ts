/** An advice held against what came of it: from its runs while they are there, and kept when they are not. */
import type { Outcome } from '../../src-shared/advisor/advice.ts';
import { outcomeOf } from '../../src-shared/advisor/recommend.ts';
import type { Run } from '../../src-shared/domain.ts';
import type { RecipeName } from '../../src-shared/recipes.ts';
import type { KeptOutcome, StoredAdvice } from '../store/advices.ts';
import type { OpenProject } from './context.ts';
import type { Handlers } from './handlers.ts';

/** @returns what came of the last advice of a network that anything came of; it is kept with the advice */
export function outcomes(compare: Pick<Handlers, 'runs.compare'>) {
  return async ({ store }: OpenProject, backbone: string): Promise<Outcome | null> => {
    const runs = store.runs
      .list()
      .filter((run) => run.backbone === backbone && run.state === 'finished' && run.test);
    for (const said of store.advices.list(backbone)) {
      const found = await cameOf(said, runs, compare);
      // Runs that are gone leave it as it is: only one that is new tells something else.
      const isNew = found !== null && !found.runs.every((id) => said.outcome?.runs.includes(id));
      if (isNew) store.advices.keepOutcome(said.id, found);
      const last = isNew ? found : said.outcome;
      if (!last) continue;
      const { runs: _, ...outcome } = last;
      return outcome;
    }
    return null;
  };
}

/** By the latest run of each recipe since then; null while the first that was recommended and another are not trained. */
async function cameOf(
  { createdAt, advice }: StoredAdvice,
  runs: readonly Run[],
  compare: Pick<Handlers, 'runs.compare'>,
): Promise<KeptOutcome | null> {
  const latest = new Map<RecipeName, Run>();
  for (const run of runs.toSorted((a, b) => a.id - b.id))
    if (run.createdAt >= createdAt) latest.set(run.recipe, run);
  const first = advice.recommended[0]!.recipe;
  if (!latest.has(first) || latest.size < 2) return null;
  const ids = [...latest.values()].map(({ id }) => id);
  const { pairs } = await compare['runs.compare']({ ids });
  const pValueOf = (a: RecipeName, b: RecipeName) => {
    const two = [latest.get(a)!.id, latest.get(b)!.id];
    return pairs.find((pair) => two.includes(pair.a) && two.includes(pair.b))?.pValue ?? null;
  };
  const tried = [...latest.values()].map(({ recipe, test }) => ({
    recipe,
    accuracy: test!.accuracy,
  }));
  const outcome = outcomeOf(first, tried, pValueOf);
  return outcome && { ...outcome, runs: ids };
}
