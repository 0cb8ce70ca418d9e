import { expect, it } from 'vitest';
import { Recycler } from '../../src-renderer/pictures/recycle.ts';

const elements = (placed: readonly { element: number }[]) => placed.map(({ element }) => element);

it('gives a row that comes the element of one that went, and leaves the others theirs', () => {
  const recycler = new Recycler();
  expect(elements(recycler.assign([0, 1, 2]))).toEqual([0, 1, 2]);
  expect(recycler.assign([1, 2, 3])).toEqual([
    { row: 1, element: 1 },
    { row: 2, element: 2 },
    { row: 3, element: 0 },
  ]);
  expect(recycler.assign([1, 2, 3])).toEqual(recycler.assign([1, 2, 3]));
});

it('keeps the elements in their order when all rows are others', () => {
  const recycler = new Recycler();
  recycler.assign([0, 1, 2]);
  expect(elements(recycler.assign([50, 51, 52]))).toEqual([0, 1, 2]);
  expect(elements(recycler.assign([10, 11]))).toEqual([0, 1]);
  const more = elements(recycler.assign([10, 11, 12, 13]));
  expect(more.slice(0, 2)).toEqual([0, 1]);
  expect(new Set(more).size).toBe(4);
});

it('never takes the element of a row that stays, as that with the focus does', () => {
  const recycler = new Recycler();
  const [focus] = recycler.assign([4, 5, 6]);
  for (const top of [100, 103, 2000, 7]) {
    const placed = recycler.assign([4, top, top + 1]);
    expect(placed[0]).toEqual(focus);
    expect(new Set(elements(placed)).size).toBe(3);
  }
});
