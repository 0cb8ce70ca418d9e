import { describe, expect, it } from 'vitest';
import { dealFolds, demandWholeFolds, setInFold } from '../../src-main/studio/folds.ts';

/** So many images of each label, with ids from 1. */
function images(counts: readonly number[]) {
  let imageId = 0;
  return counts.flatMap((count, label) =>
    Array.from({ length: count }, () => ({ imageId: ++imageId, label })),
  );
}

function countsByFold(of: Iterable<number>, folds: number): number[] {
  const counts = new Array<number>(folds).fill(0);
  for (const fold of of) counts[fold]! += 1;
  return counts;
}
const spread = (counts: readonly number[]) => Math.max(...counts) - Math.min(...counts);

describe('dealFolds', () => {
  it.each([3, 5, 10])(
    'deals every image once, each label as evenly as can be, to %i folds',
    (k) => {
      const all = images([37, 12, 101, 3]);
      const dealt = dealFolds(all, k, 1);
      expect(dealt.size).toBe(153);
      expect(spread(countsByFold(dealt.values(), k))).toBeLessThanOrEqual(1);
      for (const label of [0, 1, 2, 3]) {
        const own = all.filter((image) => image.label === label);
        const counts = countsByFold(
          own.map(({ imageId }) => dealt.get(imageId)!),
          k,
        );
        expect(spread(counts)).toBeLessThanOrEqual(1);
      }
    },
  );

  it('is the same for the same seed, whatever the order, and another for another', () => {
    const all = images([40, 40]);
    const sorted = (dealt: ReadonlyMap<number, number>) => [...dealt].sort(([a], [b]) => a - b);
    expect(sorted(dealFolds(all.toReversed(), 5, 1))).toEqual(sorted(dealFolds(all, 5, 1)));
    expect(sorted(dealFolds(all, 5, 2))).not.toEqual(sorted(dealFolds(all, 5, 1)));
  });

  it('keeps copies in one fold, also those under another label, and makes up for them', () => {
    const all = images([20, 20]);
    const copies = [
      [1, 2, 3, 4],
      [5, 21],
      [30, 999],
    ];
    const dealt = dealFolds(all, 5, 1, copies);
    expect(dealt.size).toBe(40);
    expect(new Set([1, 2, 3, 4].map((id) => dealt.get(id))).size).toBe(1);
    expect(dealt.get(5)).toBe(dealt.get(21));
    expect(countsByFold(dealt.values(), 5)).toEqual([8, 8, 8, 8, 8]);
  });
});

it('tests each fold once, validates on the next, and trains on the others', () => {
  const sets = (of: number) => [0, 1, 2, 3, 4].map((fold) => setInFold(of, fold, 5));
  expect(sets(0)).toEqual(['test', 'train', 'train', 'train', 'validation']);
  expect(sets(3)).toEqual(['train', 'train', 'validation', 'test', 'train']);
});

describe('demandWholeFolds', () => {
  const check = (counts: readonly number[], folds: number, copies: number[][] = []) => {
    const all = images(counts);
    demandWholeFolds(all, folds, dealFolds(all, folds, 1, copies));
  };

  it('refuses empty folds, and trainings that would see one label', () => {
    expect(() => check([3, 3], 3)).not.toThrow();
    expect(() => check([3, 3], 10)).toThrow('too few labelled pictures for 10 folds');
    expect(() => check([3, 30], 3, [[1, 2, 3]])).toThrow('take fewer folds');
  });
});
