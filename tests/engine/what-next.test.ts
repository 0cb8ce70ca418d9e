import { describe, expect, it } from 'vitest';
import { Embedding } from '../../src-main/engine/assist/embedding.ts';
import { commonDirection, nearest } from '../../src-main/engine/assist/nearest.ts';
import { outlierness } from '../../src-main/engine/assist/outliers.ts';
import { representatives, uncertainty } from '../../src-main/engine/assist/what-next.ts';
import { seededRandom } from '../../src-main/engine/training/random.ts';

/** Points on the unit circle, at these angles in degrees; the ids count from 1. */
function circle(...degrees: number[]): Embedding {
  const embedding = new Embedding(2);
  for (const [i, angle] of degrees.entries()) {
    const radians = (angle * Math.PI) / 180;
    embedding.add(i + 1, Float32Array.of(3 * Math.cos(radians), 3 * Math.sin(radians)));
  }
  return embedding;
}
const all = (embedding: Embedding) => embedding.gather(embedding.ids.map((_, i) => i));
const nothing = { rows: 0, columns: 2, data: new Float32Array(0) };

describe('what to label next', () => {
  it('is unsure where the two likeliest are near each other', () => {
    expect(uncertainty([0.5, 0.5])).toBe(1);
    expect(uncertainty([1, 0, 0])).toBe(0);
    expect(uncertainty([0.2, 0.5, 0.3])).toBeCloseTo(0.8);
  });

  const even = (embedding: Embedding) => ({
    rows: all(embedding),
    weights: embedding.ids.map(() => 1),
  });

  it('takes first what stands for most of what is unlike all that is labelled', async () => {
    // Six on one side, of which two are labelled already, three on another, and one alone.
    const points = circle(0, 2, 4, 6, 8, 10, 100, 102, 104, 200);
    const labelled = all(circle(4, 6));
    const first = await representatives(all(points), even(points), labelled, 2);
    expect(first).toEqual([7, 9]);
    expect(await representatives(all(points), even(points), nothing, 2)).toEqual([2, 7]);
    expect(await representatives(all(points), even(points), nothing, 99)).toHaveLength(10);
  });

  it('goes where it matters', async () => {
    const points = circle(0, 2, 4, 100, 102, 104);
    const weights = [0.1, 0.1, 0.1, 0.9, 0.9, 0.9];
    const field = { rows: all(points), weights };
    expect((await representatives(all(points), field, nothing, 1))[0]).toBe(4);
  });

  it('is as good as choosing by trying everything anew each time', async () => {
    const random = seededRandom(5, 5);
    const points = circle(...Array.from({ length: 60 }, () => 360 * random()));
    const weights = points.ids.map(() => random());
    const found = await representatives(all(points), { rows: all(points), weights }, nothing, 8);
    const cosine = (a: number, b: number) =>
      points.row(a)[0]! * points.row(b)[0]! + points.row(a)[1]! * points.row(b)[1]!;
    const chosen: number[] = [];
    const worth = (some: readonly number[]) =>
      weights.reduce(
        (sum, weight, r) => sum + weight * Math.max(0, ...some.map((c) => cosine(c, r))),
        0,
      );
    while (chosen.length < 8) {
      const left = points.ids.map((_, i) => i).filter((i) => !chosen.includes(i));
      const worths = left.map((i) => worth([...chosen, i]));
      chosen.push(left[worths.indexOf(Math.max(...worths))]!);
    }
    expect(worth(found)).toBeCloseTo(worth(chosen), 4);
  });
});

describe('the nearest', () => {
  it('are those with the smallest angle, the asked ones left out', async () => {
    const embedding = circle(0, 30, 10, 180, 350);
    const near = await nearest(embedding, embedding.row(0), 3, new Set([1]));
    expect(near.map(({ id }) => id)).toEqual([3, 5, 2]);
    expect(near[0]!.similarity).toBeCloseTo(Math.cos(Math.PI / 18), 5);
  });

  it('of several are near to what they have in common', async () => {
    const embedding = circle(0, 40, 21, 90);
    const direction = commonDirection(embedding, [1, 2, 99])!;
    const [first] = await nearest(embedding, direction, 1, new Set([1, 2]));
    expect(first!.id).toBe(3);
    expect(commonDirection(embedding, [99])).toBeNull();
  });

  it('misses none, over many blocks of rows', async () => {
    const random = seededRandom(1, 1);
    const embedding = new Embedding(4);
    for (let id = 1; id <= 9000; id++) {
      embedding.add(
        id,
        Float32Array.from({ length: 4 }, () => random() - 0.5),
      );
    }
    const query = embedding.row(8500);
    const cosine = (row: number) =>
      embedding.row(row).reduce((sum, x, f) => sum + x * query[f]!, 0);
    const expected = embedding.ids
      .map((id, row) => ({ id, cosine: cosine(row) }))
      .toSorted((a, b) => b.cosine - a.cosine)
      .slice(0, 20);
    const found = await nearest(embedding, query, 20);
    expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  });
});

describe('outliers', () => {
  const selves = (count: number) => Array.from({ length: count }, (_, i) => i);

  it('are far from even their nearest', async () => {
    const points = all(circle(...Array.from({ length: 40 }, (_, i) => i), 180));
    const found = await outlierness([points], points, selves(41));
    expect(found.flatMap(({ isOutlier }, i) => (isOutlier ? [i] : []))).toContain(40);
    expect(found[40]!.score).toBeLessThan(0.01);
    expect(found[20]!.score).toBeGreaterThan(0.3);
  });

  it('are none among pictures that are all the same, or alone', async () => {
    const same = all(circle(7, 7, 7, 7));
    for (const { score, isOutlier } of await outlierness([same], same, selves(4))) {
      expect(score).toBeCloseTo(1);
      expect(isOutlier).toBe(false);
    }
    const one = all(circle(7));
    expect((await outlierness([one], one, [0]))[0]!.isOutlier).toBe(false);
  });
});
