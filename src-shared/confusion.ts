import type { Prediction } from './domain.ts';

/** Pictures that the model got wrong, the surest mistake first. */
export const mistakes = (predictions: readonly Prediction[]): readonly Prediction[] =>
  predictions
    .filter(({ actual, predicted }) => actual !== predicted)
    .toSorted((a, b) => b.probability - a.probability);

/** Whether right or wrong. */
export const surest = (predictions: readonly Prediction[]): readonly Prediction[] =>
  predictions.toSorted((a, b) => b.probability - a.probability);

/** Those of one cell of the confusion matrix, the surest first. */
export const inCell = (
  predictions: readonly Prediction[],
  cell: { readonly actual: number; readonly predicted: number },
): readonly Prediction[] =>
  predictions
    .filter(({ actual, predicted }) => actual === cell.actual && predicted === cell.predicted)
    .toSorted((a, b) => b.probability - a.probability);
