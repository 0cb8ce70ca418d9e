/** Folds for cross-validation: parts of the labelled pictures, each of which is the test of one training. */
import type { SplitName } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { seededRandom, shuffled } from '../engine/training/random.ts';

export interface FoldImage {
  readonly imageId: number;
  /** Index into the classes. */
  readonly label: number;
}

/**
 * Deals images to folds, label by label, each to the fold that has fewest of its label, and fewest at all
 * where several have. So of each label, and of all together, no fold holds two more than another. Copies of
 * one another are dealt together, which makes folds as unequal as the copies are many. The same
 * images and seed give the same folds, in whatever order they come.
 *
 * @param folds from 3
 * @param copies groups of image ids
 * @returns the fold of each image, from 0
 */
export function dealFolds(
  images: readonly FoldImage[],
  folds: number,
  seed: number,
  copies: readonly (readonly number[])[] = [],
): Map<number, number> {
  const sorted = images.toSorted((a, b) => a.imageId - b.imageId);
  const byId = new Map(sorted.map((image) => [image.imageId, image]));
  const groupOf = new Map(
    copies.flatMap((group) => {
      const members = group.flatMap((id) => byId.get(id) ?? []);
      return members.map(({ imageId }) => [imageId, members] as const);
    }),
  );
  const dealt = new Map<number, number>();
  const totals = new Array<number>(folds).fill(0);
  const ofLabel = new Map<number, number[]>();
  const countsOf = (label: number): number[] => {
    const counts = ofLabel.get(label) ?? new Array<number>(folds).fill(0);
    ofLabel.set(label, counts);
    return counts;
  };
  for (const label of [...new Set(sorted.map((image) => image.label))].sort((a, b) => a - b)) {
    const counts = countsOf(label);
    const groups = shuffled(
      sorted.filter((image) => image.label === label),
      seededRandom(seed, label),
    )
      .map((image) => groupOf.get(image.imageId) ?? [image])
      // The large ones first, while there is room to make up for them.
      .toSorted((a, b) => b.length - a.length);
    for (const group of groups) {
      if (dealt.has(group[0]!.imageId)) continue;
      let fold = 0;
      for (let i = 1; i < folds; i++) {
        const fewer = counts[i]! - counts[fold]! || totals[i]! - totals[fold]!;
        if (fewer < 0) fold = i;
      }
      for (const member of group) {
        dealt.set(member.imageId, fold);
        totals[fold]! += 1;
        countsOf(member.label)[fold]! += 1;
      }
    }
  }
  return dealt;
}

/** The sets of the training whose test is `fold`: the next fold validates, all others are trained on. */
export function setInFold(of: number, fold: number, folds: number): SplitName {
  if (of === fold) return 'test';
  return of === (fold + 1) % folds ? 'validation' : 'train';
}

/** @throws StudioError `refused` when a fold would be empty, or a training see one label only */
export function demandWholeFolds(
  images: readonly FoldImage[],
  folds: number,
  dealt: ReadonlyMap<number, number>,
): void {
  const labelsOf = Array.from({ length: folds }, () => new Set<number>());
  for (const { imageId, label } of images) labelsOf[dealt.get(imageId)!]!.add(label);
  const trainedOn = (test: number) =>
    new Set(
      labelsOf.flatMap((labels, fold) =>
        setInFold(fold, test, folds) === 'train' ? [...labels] : [],
      ),
    );
  const empty = labelsOf.some((labels) => labels.size === 0);
  if (!empty && labelsOf.every((_, test) => trainedOn(test).size > 1)) return;
  throw new StudioError(
    'refused',
    `There are too few labelled pictures for ${folds} folds (copies of a picture are in one fold): take fewer folds, or label more.`,
  );
}
