/** What the predictions of a finished run come to. */
import type { Run } from '../../src-shared/domain.ts';
import { meanAccuracy, testResult } from '../../src-shared/metrics.ts';
import { partsOf } from '../../src-shared/parts.ts';
import type { TrainSettings } from '../../src-shared/train-settings.ts';
import { argmax, type Predictions, type StoredPrediction } from './predictions.ts';

type Scores = Pick<Run, 'test' | 'crossValidation' | 'foldMean' | 'seedMean'>;
export const unscored: Scores = {
  test: null,
  crossValidation: null,
  foldMean: null,
  seedMean: null,
};

export type RunScores = ReturnType<typeof runScores>;

export function runScores(predictions: Predictions) {
  // The predictions of a finished run never change, so what they come to is computed once.
  const scores = new Map<number, Scores>();
  function scoresOf(id: number, classes: number, settings: TrainSettings): Scores {
    const there = scores.get(id);
    if (there) return there;
    const resultOf = (said: readonly StoredPrediction[]) =>
      said.length === 0
        ? null
        : testResult(
            said.map(({ actual, probabilities }) => ({ actual, predicted: argmax(probabilities) })),
            classes,
          );
    const said = predictions.ofParts(id);
    const parts = partsOf(settings).map(({ kind }, i) => ({
      ...{ kind, result: resultOf(said.get(i + 1) ?? []) },
    }));
    const accuracies = (of: 'fold' | 'seed') =>
      parts.flatMap(({ kind, result }) => (kind === of && result ? [result.accuracy] : []));
    const test = resultOf(predictions.list(id, 'test'));
    const [folds, seeds] = [accuracies('fold'), accuracies('seed')];
    const result = {
      test,
      crossValidation: resultOf(predictions.list(id, 'folds')),
      foldMean: folds.length > 0 ? meanAccuracy(folds) : null,
      seedMean: test && seeds.length > 0 ? meanAccuracy([test.accuracy, ...seeds]) : null,
    };
    scores.set(id, result);
    return result;
  }

  return {
    of: scoresOf,
    forget(id: number): void {
      scores.delete(id);
    },
  };
}
