/**
 * K-fold cross-validation of a run: the recipe is carried out anew for each fold, from the choice of the
 * layer to the temperature, without the fold's pictures, which it is then tested on. So every picture
 * is judged once, by a network that has not seen it.
 */
import type { SplitName } from '../../../src-shared/domain.ts';
import type { Backbone } from '../backbones/backbone.ts';
import type { HeldOutPrediction, TrainJob } from '../protocol.ts';
import type { JobContext } from './job.ts';

/** Trains once, and answers what it says of the test pictures. */
export type TrainFold = (
  whole: Backbone,
  job: TrainJob,
  context: JobContext,
) => Promise<readonly HeldOutPrediction[]>;

/**
 * The fold after the tested one validates: with five folds the sets are as large as those of the run itself.
 *
 * @returns of all pictures, by id; none where the job has no folds
 */
export async function crossValidate(
  whole: Backbone,
  job: TrainJob,
  context: JobContext,
  trainFold: TrainFold,
): Promise<readonly HeldOutPrediction[]> {
  const { folds } = job;
  const total = job.settings.folds;
  if (!folds || total === 0) return [];
  const predictions: HeldOutPrediction[] = [];
  for (let fold = 0; fold < total; fold++) {
    context.report({ kind: 'phase', phase: 'folds', done: fold, total });
    const splitOf = (imageId: number): SplitName => {
      const own = folds.get(imageId);
      if (own === fold) return 'test';
      return own === (fold + 1) % total ? 'validation' : 'train';
    };
    const examples = job.examples.map((example) => ({
      ...example,
      split: splitOf(example.imageId),
    }));
    if (!examples.some(({ split }) => split === 'test')) continue;
    // What a fold tells of its epochs is not the run's.
    const quiet: JobContext = { ...context, report: () => {} };
    predictions.push(...(await trainFold(whole, { ...job, examples }, quiet)));
  }
  context.report({ kind: 'phase', phase: 'folds', done: total, total });
  return predictions.toSorted((a, b) => a.imageId - b.imageId);
}
