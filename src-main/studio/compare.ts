/** Runs side by side: is one really better, or was it luck? */
import type { PairVerdict, Run } from '../../src-shared/domain.ts';
import { mcnemar } from '../../src-shared/metrics.ts';
import { headline, namesOf, pairWords, rankedBy } from '../../src-shared/verdict.ts';
import { catalogue } from '../engine/backbones/catalogue.ts';
import { argmax, type StoredPrediction } from '../store/predictions.ts';
import type { Context, OpenProject } from './context.ts';
import type { Handlers } from './handlers.ts';
import { finishedRun } from './runs.ts';

/** By image: the label it had when the run was tested, and whether the run said so. */
interface Answer {
  readonly labelId: number;
  readonly right: boolean;
  /** The part that tested it: 0 for the run itself. */
  readonly part: number;
}
type Answers = ReadonlyMap<number, Answer>;

/** What a run said of its test images, and (where it was cross-validated) of all images in their folds. */
function answersOf({ store }: OpenProject, { id, classes, settings }: Run) {
  const answers = (part: number, predictions: readonly StoredPrediction[]) =>
    predictions.map(({ imageId, actual, probabilities }) => {
      const right = argmax(probabilities) === actual;
      return [imageId, { labelId: classes[actual]!.labelId, right, part }] as const;
    });
  const parts = [...store.predictions.ofParts(id)];
  return {
    test: new Map(answers(0, store.predictions.list(id, 'test'))) as Answers,
    folds: new Map(
      parts.flatMap(([part, said]) => (part <= settings.folds ? answers(part, said) : [])),
    ) as Answers,
  };
}
type RunAnswers = ReturnType<typeof answersOf>;

const inSameFolds = (a: Answers, b: Answers): boolean =>
  a.size > 0 && a.size === b.size && [...a].every(([id, { part }]) => b.get(id)?.part === part);

/** On the images that both were tested on under the same label; null when there are none. */
function differ(a: RunAnswers, b: RunAnswers) {
  const pooled = inSameFolds(a.folds, b.folds);
  const [mine, theirs] = pooled ? [a.folds, b.folds] : [a.test, b.test];
  let count = 0;
  let onlyA = 0;
  let onlyB = 0;
  for (const [image, answer] of mine) {
    const other = theirs.get(image);
    if (other?.labelId !== answer.labelId) continue;
    count += 1;
    if (answer.right && !other.right) onlyA += 1;
    if (other.right && !answer.right) onlyB += 1;
  }
  return count === 0 ? null : { pooled, count, onlyA, onlyB };
}

const titleOf = (name: string) => catalogue.find((entry) => entry.name === name)?.title ?? name;

export function compareCalls(context: Context): Pick<Handlers, 'runs.compare'> {
  return {
    'runs.compare': ({ ids }) => {
      const project = context.project();
      const runs = [...new Set(ids)].map((id) => finishedRun(project, id));
      const names = namesOf(runs, titleOf);
      const answers = new Map(runs.map((run) => [run.id, answersOf(project, run)]));
      const pairs = runs.flatMap((a, i) =>
        runs.slice(i + 1).flatMap((b): PairVerdict[] => {
          const counts = differ(answers.get(a.id)!, answers.get(b.id)!);
          if (!counts) return [];
          const pValue = mcnemar(counts.onlyA, counts.onlyB);
          const verdict = pairWords({ ...counts, pValue }, names.get(a.id)!, names.get(b.id)!);
          return [{ a: a.id, b: b.id, ...counts, pValue, verdict }];
        }),
      );
      const resultOf = rankedBy(runs);
      const tested = runs.flatMap((run) => {
        const test = resultOf(run);
        return test ? [{ ...run, test }] : [];
      });
      return { runs, pairs, headline: headline(tested, pairs, titleOf) };
    },
  };
}
