/** The trainings that a run consists of beside the one whose model it keeps: folds, and repeats with other seeds. */
import type { Run } from './domain.ts';
import type { TrainSettings } from './train-settings.ts';

export type Part =
  /** The pictures of this fold, from 0, are its test. */
  | { readonly kind: 'fold'; readonly fold: number }
  /** On the project's own split. */
  | { readonly kind: 'seed'; readonly seed: number };

type Asked = Pick<TrainSettings, 'folds' | 'repeats' | 'seed'>;

const seeds = 2 ** 31;

/** In the order in which they are trained; part N is at place N - 1. */
export function partsOf({ folds, repeats, seed }: Asked): readonly Part[] {
  return [
    ...Array.from({ length: folds }, (_, fold) => ({ kind: 'fold' as const, fold })),
    ...Array.from({ length: repeats - 1 }, (_, i) => ({
      ...{ kind: 'seed' as const, seed: (seed + i + 1) % seeds },
    })),
  ];
}

/** Which of the trainings of a run comes after so many parts. `seed 1` is the one whose model is kept: the last. */
export interface Turn {
  readonly kind: Part['kind'] | 'model';
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** Null for a run that is one training. */
export function turnAfter(partsDone: number, settings: Asked): Turn | null {
  const { folds, repeats } = settings;
  if (partsOf(settings).length === 0) return null;
  if (partsDone < folds) return { kind: 'fold', number: partsDone + 1, of: folds };
  if (partsDone < partsOf(settings).length)
    return { kind: 'seed', number: partsDone - folds + 2, of: repeats };
  return { kind: 'model', number: 1, of: 1 };
}

/** "fold 2 of 5", "seed 2 of 3", "the final model". */
export const turnWords = ({ kind, number, of }: Turn): string =>
  kind === 'model' ? 'the final model' : `${kind} ${number} of ${of}`;

/** Where an interrupted run stands: "after epoch 7", "in fold 3 of 5, after epoch 7". */
export function interruptedAt({
  settings,
  partsDone,
  checkpointEpoch,
}: Pick<Run, 'settings' | 'partsDone' | 'checkpointEpoch'>): string {
  const turn = turnAfter(partsDone, settings);
  const epoch = checkpointEpoch ? `after epoch ${checkpointEpoch}` : '';
  if (!turn) return epoch;
  return epoch === '' ? `before ${turnWords(turn)}` : `in ${turnWords(turn)}, ${epoch}`;
}
