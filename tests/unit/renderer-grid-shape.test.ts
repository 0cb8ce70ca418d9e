import { describe, expect, it } from 'vitest';
import {
  cellsTouching,
  rowsInSight,
  rowTop,
  scrollFor,
  shapeOf,
  stepFrom,
} from '../../src-renderer/pictures/grid-shape.ts';

/** 3 columns of 100 px, gaps of 10, padding of 20: 20 + 100 + 10 + 100 + 10 + 100 + 20 = 360. */
const shape = shapeOf(8, 360, 100, 10, 20);

describe('shapeOf', () => {
  it('fits as many columns as there is room for and fills the width', () => {
    expect(shape).toMatchObject({
      columns: 3,
      rows: 3,
      side: 100,
      height: 2 * 20 + 3 * 100 + 2 * 10,
    });
    expect(shapeOf(8, 469, 100, 10, 20)).toMatchObject({ columns: 3, side: 136 });
    expect(shapeOf(8, 470, 100, 10, 20)).toMatchObject({ columns: 4, side: 100 });
  });

  it('has one column where there is no room, and no height without pictures', () => {
    expect(shapeOf(5, 60, 100, 10, 20)).toMatchObject({ columns: 1, rows: 5, side: 20 });
    expect(shapeOf(0, 360, 100, 10, 20)).toMatchObject({ rows: 0, height: 0 });
  });
});

describe('rowsInSight', () => {
  it('is only what the viewport shows, with the spare rows, whatever the size of the list', () => {
    const large = shapeOf(100_000, 360, 100, 10, 20);
    const { first, last } = rowsInSight(large, rowTop(large, 5000), 440, 2);
    expect(first).toBe(4998);
    expect(last).toBe(5006);
  });

  it('ends at the ends of the list', () => {
    expect(rowsInSight(shape, 0, 5000, 2)).toEqual({ first: 0, last: 2 });
    const none = rowsInSight(shapeOf(0, 360, 100, 10, 20), 0, 500, 2);
    expect(none.last).toBeLessThan(none.first);
  });
});

describe('scrollFor', () => {
  it('moves as little as needed', () => {
    expect(scrollFor(shape, 0, 0, 200)).toBe(0);
    expect(scrollFor(shape, 3, 0, 200)).toBe(20 + 110 + 100 + 20 - 200);
    expect(scrollFor(shape, 3, 110, 200)).toBe(110);
    expect(scrollFor(shape, 0, 150, 200)).toBe(0);
  });
});

describe('cellsTouching', () => {
  it('finds every cell that the rectangle meets, none for a gap', () => {
    expect(cellsTouching(shape, { left: 0, top: 0, right: 360, bottom: 1000 })).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7,
    ]);
    expect(cellsTouching(shape, { left: 125, top: 125, right: 135, bottom: 135 })).toEqual([4]);
    expect(cellsTouching(shape, { left: 121, top: 121, right: 129, bottom: 129 })).toEqual([]);
    expect(cellsTouching(shape, { left: 119, top: 119, right: 131, bottom: 131 })).toEqual([
      0, 1, 3, 4,
    ]);
  });
});

describe('stepFrom', () => {
  it('goes to the neighbours and stays at the edges', () => {
    expect(stepFrom(shape, 4, 'left', 300)).toBe(3);
    expect(stepFrom(shape, 0, 'left', 300)).toBe(0);
    expect(stepFrom(shape, 7, 'right', 300)).toBe(7);
    expect(stepFrom(shape, 4, 'up', 300)).toBe(1);
    expect(stepFrom(shape, 1, 'up', 300)).toBe(1);
    expect(stepFrom(shape, 4, 'down', 300)).toBe(7);
  });

  it('reaches a short last row from every column of the row above', () => {
    expect(stepFrom(shape, 5, 'down', 300)).toBe(7);
    expect(stepFrom(shape, 7, 'down', 300)).toBe(7);
  });

  it('goes a viewport at a time, and to both ends', () => {
    const large = shapeOf(100, 360, 100, 10, 20);
    expect(stepFrom(large, 50, 'page-down', 350)).toBe(59);
    expect(stepFrom(large, 50, 'page-up', 350)).toBe(41);
    expect(stepFrom(large, 4, 'page-up', 350)).toBe(1);
    expect(stepFrom(large, 50, 'first', 350)).toBe(0);
    expect(stepFrom(large, 50, 'last', 350)).toBe(99);
  });
});
