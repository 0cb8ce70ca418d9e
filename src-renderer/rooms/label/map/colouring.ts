/** What a point of the map shows of its picture, beside where it lies. */
import type { Label, Prediction } from '../../../../src-shared/domain.ts';

export type ColouredBy =
  | { readonly by: 'label' }
  | { readonly by: 'predicted' }
  | { readonly by: 'errors'; readonly run: number };

/** A kind of point, as the legend has it. */
export interface Kind {
  readonly name: string;
  /** Name of a colour in tokens.css. */
  readonly colour: string;
  /** Colour is never the only sign of a mistake. */
  readonly shape: 'dot' | 'cross';
}

/** Points of no kind are hollow. */
export const noKind = -1;

/** Kind of each picture; those that are not there have none. */
export interface Colouring {
  readonly kinds: readonly Kind[];
  readonly kindOf: (id: number) => number;
  /** What a point without a kind is, in a word. */
  readonly without: string;
}

/** By the label that each picture carries, or that is predicted of it. */
export function byLabel(
  labels: readonly Label[],
  labelOf: (id: number) => number | null | undefined,
  without: string,
): Colouring {
  const place = new Map(labels.map(({ id }, at) => [id, at]));
  return {
    kinds: labels.map(({ name, colour }) => ({ name, colour: `--label-${colour}`, shape: 'dot' })),
    kindOf: (id) => place.get(labelOf(id) ?? 0) ?? noKind,
    without,
  };
}

/** What a run has right and wrong of what it did not learn from. */
export function byErrors(predictions: readonly Prediction[]): Colouring {
  const kind = new Map(
    predictions.map(({ imageId, actual, predicted }) => [imageId, actual === predicted ? 0 : 1]),
  );
  return {
    kinds: [
      { name: 'right', colour: '--accent', shape: 'dot' },
      { name: 'wrong', colour: '--bad', shape: 'cross' },
    ],
    kindOf: (id) => kind.get(id) ?? noKind,
    without: 'not tested',
  };
}
