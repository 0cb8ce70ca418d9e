/** Which pictures are left out together in cross-validation. */
import { seededRandom, shuffled } from '../engine/training/random.ts';

interface Labelled {
  readonly imageId: number;
  /** Class. */
  readonly label: number;
}

/**
 * Deals the pictures to `count` folds, so that each has about the same share of every label (stratified;
 * Kohavi 1995). Copies of one another are dealt together, or a network would be tested on what it was
 * trained on. The same pictures and seed give the same folds.
 *
 * @param copies groups of image ids
 * @returns the fold of each picture, from 0
 */
export function dealFolds(
  images: readonly Labelled[],
  count: number,
  seed: number,
  copies: readonly (readonly number[])[],
): Map<number, number> {
  const byId = new Map(images.map((image) => [image.imageId, image]));
  const first = new Map<number, number>();
  for (const group of copies) {
    const members = group.filter((id) => byId.has(id)).toSorted((a, b) => a - b);
    for (const id of members) first.set(id, members[0]!);
  }
  const together = Map.groupBy(images, ({ imageId }) => first.get(imageId) ?? imageId);
  const folds = new Map<number, number>();
  const sizes = new Array<number>(count).fill(0);
  const groups = [...together.values()].toSorted((a, b) => a[0]!.imageId - b[0]!.imageId);
  const byLabel = Map.groupBy(groups, (group) => group[0]!.label);
  for (const label of [...byLabel.keys()].toSorted((a, b) => a - b)) {
    const own = new Array<number>(count).fill(0);
    const dealt = shuffled(byLabel.get(label)!, seededRandom(seed, label));
    // Large groups first: what is small evens out what they leave.
    for (const group of dealt.toSorted((a, b) => b.length - a.length)) {
      // The fold that has the fewest of the label, of those the smallest.
      let to = 0;
      for (let fold = 1; fold < count; fold++) {
        const less = own[fold]! - own[to]! || sizes[fold]! - sizes[to]!;
        if (less < 0) to = fold;
      }
      own[to]! += group.length;
      sizes[to]! += group.length;
      for (const { imageId } of group) folds.set(imageId, to);
    }
  }
  return folds;
}
