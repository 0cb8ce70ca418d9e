import { describe, expect, it } from 'vitest';
import { Embedding } from '../../src-main/engine/assist/embedding.ts';
import { commonDirection, nearest } from '../../src-main/engine/assist/nearest.ts';
import { outlierness } from '../../src-main/engine/assist/outliers.ts';
import { coreSet, uncertainty } from '../../src-main/engine/assist/what-next.ts';
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

  it('goes to the farthest from all that is chosen or labelled', async () => {
    const points = all(circle(0, 10, 80, 90, 200));
    expect(await coreSet(points, all(circle(5)), 2)).toEqual([4, 3]);
    expect(await coreSet(points, nothing, 9)).toHaveLength(5);
    expect(await coreSet(points, nothing, 2)).toEqual([0, 4]);
  });

  it('keeps within twice the best radius', async () => {
    // Gonzalez 1985: greedy k-centre is a 2-approximation; here every best cover by 3 is known.
    const points = all(circle(0, 2, 4, 120, 122, 124, 240, 242, 244));
    const chosen = await coreSet(points, nothing, 3);
    expect(chosen.map((i) => Math.floor(i / 3)).toSorted()).toEqual([0, 1, 2]);
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
