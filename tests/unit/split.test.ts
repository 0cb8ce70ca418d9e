import { describe, expect, it } from 'vitest';
import { drawSplit, type SplitImage } from '../../src-main/studio/split.ts';
import type { SplitName } from '../../src-shared/domain.ts';

const images = (counts: readonly number[]): SplitImage[] =>
  counts.flatMap((count, label) =>
    Array.from({ length: count }, (_, i) => ({
      id: label * 1000 + i + 1,
      labelId: label + 1,
      split: null,
    })),
  );

function countsOf(
  all: readonly SplitImage[],
  split: ReadonlyMap<number, SplitName>,
  labelId: number,
) {
  const counts = { train: 0, validation: 0, test: 0 };
  for (const image of all) {
    const name = split.get(image.id) ?? image.split;
    if (image.labelId === labelId && name) counts[name] += 1;
  }
  return counts;
}

describe('drawSplit', () => {
  it('deals each label 60/20/20, and at least one to each set of three', () => {
    const all = images([100, 7, 3]);
    const split = drawSplit(all, 1);
    expect(split.size).toBe(110);
    expect(countsOf(all, split, 1)).toEqual({ train: 60, validation: 20, test: 20 });
    expect(countsOf(all, split, 2)).toEqual({ train: 4, validation: 2, test: 1 });
    expect(countsOf(all, split, 3)).toEqual({ train: 1, validation: 1, test: 1 });
  });

  it('is the same for the same seed, whatever the order, and another for another', () => {
    const all = images([50, 50]);
    const entries = (split: ReadonlyMap<number, SplitName>) => [...split].sort(([a], [b]) => a - b);
    expect(entries(drawSplit(all, 1))).toEqual(entries(drawSplit(all.toReversed(), 1)));
    expect(entries(drawSplit(all, 1))).not.toEqual(entries(drawSplit(all, 2)));
  });

  it('never moves an image, and deals new ones so that the shares come right', () => {
    const first = images([10]);
    const dealt = drawSplit(first, 1);
    const later = images([40]).map((image) => ({ ...image, split: dealt.get(image.id) ?? null }));
    const added = drawSplit(later, 1);
    expect([...added.keys()].filter((id) => dealt.has(id))).toEqual([]);
    expect(countsOf(later, added, 1)).toEqual({ train: 24, validation: 8, test: 8 });
  });

  it('keeps a relabelled image in its set, so that a test image is never trained on', () => {
    const all = images([20, 20]);
    const dealt = drawSplit(all, 1);
    const tested = all.find(({ id, labelId }) => labelId === 1 && dealt.get(id) === 'test')!;
    const relabelled = all.map((image) => ({
      ...image,
      split: dealt.get(image.id)!,
      labelId: image.id === tested.id ? 2 : image.labelId,
    }));
    expect(drawSplit(relabelled, 1).size).toBe(0);
  });
});
