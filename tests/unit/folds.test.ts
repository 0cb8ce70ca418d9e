import { describe, expect, it } from 'vitest';
import { dealFolds } from '../../src-main/studio/folds.ts';

const images = Array.from({ length: 60 }, (_, i) => ({ imageId: i + 1, label: i % 3 }));

const sizes = (folds: ReadonlyMap<number, number>, label: number) => {
  const counts = [0, 0, 0, 0, 0];
  for (const image of images) {
    if (image.label === label) counts[folds.get(image.imageId)!]! += 1;
  }
  return counts;
};

describe('the folds', () => {
  it('hold every picture once, and the same share of each label', () => {
    const folds = dealFolds(images, 5, 1, []);
    expect(folds.size).toBe(60);
    for (const label of [0, 1, 2]) expect(sizes(folds, label)).toEqual([4, 4, 4, 4, 4]);
  });

  it('depend on the seed and on nothing else', () => {
    const folds = dealFolds(images, 5, 1, []);
    expect(dealFolds(images.toReversed(), 5, 1, [])).toEqual(folds);
    expect([...dealFolds(images, 5, 2, [])].toSorted()).not.toEqual([...folds].toSorted());
  });

  it('never part copies', () => {
    const copies = [
      [1, 31, 999],
      [2, 5, 8, 11],
    ];
    const folds = dealFolds(images, 5, 1, copies);
    expect(folds.get(1)).toBe(folds.get(31));
    expect(new Set([2, 5, 8, 11].map((id) => folds.get(id))).size).toBe(1);
    expect(folds.has(999)).toBe(false);
    expect(Math.max(...sizes(folds, 1))).toBeLessThanOrEqual(5);
  });
});
