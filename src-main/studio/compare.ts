/** Runs side by side: is one really better, or was it luck? */
import type { HeldOut, PairVerdict, Run } from '../../src-shared/domain.ts';
import { mcnemar } from '../../src-shared/metrics.ts';
import { headline, judged, judgedByFolds, namesOf, pairWords } from '../../src-shared/verdict.ts';
import { catalogue } from '../engine/backbones/catalogue.ts';
import { argmax } from '../store/predictions.ts';
import type { Context, OpenProject } from './context.ts';
import type { Handlers } from './handlers.ts';
import { finishedRun } from './runs.ts';

/** By image: the label it had when the run was tested, and whether the run said so. */
type Answers = ReadonlyMap<number, { readonly labelId: number; readonly right: boolean }>;

function answersOf({ store }: OpenProject, { id, classes }: Run, of: HeldOut): Answers {
  return new Map(
    store.predictions
      .list(id, of)
      .map(({ imageId, actual, probabilities }) => [
        imageId,
        { labelId: classes[actual]!.labelId, right: argmax(probabilities) === actual },
      ]),
  );
}

/** On the images that both were tested on under the same label; null when there are none. */
function differ(a: Answers, b: Answers): { onlyA: number; onlyB: number } | null {
  let common = 0;
  let onlyA = 0;
  let onlyB = 0;
  for (const [image, mine] of a) {
    const other = b.get(image);
    if (other?.labelId !== mine.labelId) continue;
    common += 1;
    if (mine.right && !other.right) onlyA += 1;
    if (other.right && !mine.right) onlyB += 1;
  }
  return common === 0 ? null : { onlyA, onlyB };
}

const titleOf = (name: string) => catalogue.find((entry) => entry.name === name)?.title ?? name;

export function compareCalls(context: Context): Pick<Handlers, 'runs.compare'> {
  return {
    'runs.compare': ({ ids }) => {
      const project = context.project();
      const runs = [...new Set(ids)].map((id) => finishedRun(project, id));
      const names = namesOf(runs, titleOf);
      const tests = new Map(runs.map((run) => [run.id, answersOf(project, run, 'test')]));
      const folds = new Map(
        runs.filter(judgedByFolds).map((run) => [run.id, answersOf(project, run, 'folds')]),
      );
      const pairs = runs.flatMap((a, i) =>
        runs.slice(i + 1).flatMap((b): PairVerdict[] => {
          // On all pictures where both were judged by all.
          const answers = folds.has(a.id) && folds.has(b.id) ? folds : tests;
          const counts = differ(answers.get(a.id)!, answers.get(b.id)!);
          if (!counts) return [];
          const pValue = mcnemar(counts.onlyA, counts.onlyB);
          const verdict = pairWords({ ...counts, pValue }, names.get(a.id)!, names.get(b.id)!);
          return [{ a: a.id, b: b.id, ...counts, pValue, verdict }];
        }),
      );
      const tested = runs.flatMap((run) => {
        const test = judged(run);
        return test ? [{ ...run, test }] : [];
      });
      return { runs, pairs, headline: headline(tested, pairs, titleOf) };
    },
  };
}
