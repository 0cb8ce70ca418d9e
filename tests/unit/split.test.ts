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

  it('keeps copies on one side, whatever their labels', () => {
    const all = images([30, 30]);
    const copies = [
      [1, 2, 3],
      [4, 1001, 1002],
      [1003, 1004],
    ];
    const split = drawSplit(all, 1, copies);
    expect(split.size).toBe(60);
    for (const group of copies) expect(new Set(group.map((id) => split.get(id))).size).toBe(1);
    const { train, test } = countsOf(all, split, 1);
    expect(train).toBeGreaterThan(14);
    expect(test).toBeGreaterThan(2);
  });

  it('puts a copy that came later to those that are in a set, also when these lost their label', () => {
    const [first, ...others] = images([20]);
    const settled: SplitImage = { ...first!, split: 'test' };
    expect(drawSplit([settled, ...others], 1, [[1, 7]]).get(7)).toBe('test');
    const gone = new Map([[1, 'validation' as const]]);
    expect(drawSplit(others, 1, [[1, 7, 9]], gone).get(9)).toBe('validation');
  });

  it('deals pictures without copies as if there were none', () => {
    const all = images([40]);
    const plain = drawSplit(all, 1);
    const dealt = drawSplit(all, 1, [[500, 501]]);
    expect(dealt).toEqual(plain);
  });
});
