import { describe, expect, it } from 'vitest';
import {
  carryOver,
  choose,
  chooseAll,
  chosen,
  nextWhere,
  nothing,
  swept,
} from '../../src-renderer/rooms/label/selection.ts';

const order = [10, 11, 12, 13, 14, 15];
const ids = (selection: { ids: ReadonlySet<number> }) => [...selection.ids].sort((a, b) => a - b);

describe('choose', () => {
  it('a plain click selects one and puts the anchor there', () => {
    expect(choose(order, nothing, 2, 'only')).toEqual({ ids: new Set([12]), cursor: 2, anchor: 2 });
  });

  it('Shift selects from the anchor, in both directions, and lets go of what was beyond', () => {
    const down = choose(order, choose(order, nothing, 2, 'only'), 4, 'extend');
    expect(ids(down)).toEqual([12, 13, 14]);
    const up = choose(order, down, 1, 'extend');
    expect(ids(up)).toEqual([11, 12]);
    expect(up.anchor).toBe(2);
  });

  it('Ctrl takes one more or one less and leaves the others', () => {
    const two = choose(order, choose(order, nothing, 0, 'only'), 3, 'toggle');
    expect(ids(two)).toEqual([10, 13]);
    expect(ids(choose(order, two, 0, 'toggle'))).toEqual([13]);
  });

  it('Ctrl and Shift add a range', () => {
    const one = choose(order, choose(order, nothing, 0, 'only'), 3, 'toggle');
    expect(ids(choose(order, one, 5, 'add-range'))).toEqual([10, 13, 14, 15]);
  });

  it('Ctrl and an arrow move the cursor only', () => {
    const one = choose(order, nothing, 0, 'only');
    expect(choose(order, one, 3, 'move')).toEqual({ ...one, cursor: 3 });
  });

  it('stays as it was outside of the list', () => {
    const one = choose(order, nothing, 0, 'only');
    expect(choose(order, one, 6, 'only')).toBe(one);
  });
});

describe('chooseAll and chosen', () => {
  it('gives the ids in the order of the list, however they were picked', () => {
    const picked = choose(order, choose(order, nothing, 4, 'only'), 1, 'toggle');
    expect(chosen(order, picked)).toEqual([11, 14]);
    expect(chosen(order, chooseAll(order, picked))).toEqual(order);
  });

  it('gives the picture under the cursor when nothing is selected, and none in an empty list', () => {
    expect(chosen(order, { ids: new Set(), cursor: 2, anchor: 2 })).toEqual([12]);
    expect(chosen([], nothing)).toEqual([]);
  });
});

describe('carryOver', () => {
  it('keeps what is still there, and the cursor on the same picture', () => {
    const before = choose(order, choose(order, nothing, 1, 'only'), 3, 'extend');
    const after = carryOver(order, [20, 13, 11], before);
    expect(ids(after)).toEqual([11, 13]);
    expect(after.cursor).toBe(1);
    expect(after.anchor).toBe(2);
  });

  it('starts at the top when the picture is gone', () => {
    const before = choose(order, nothing, 5, 'only');
    expect(carryOver(order, [1, 2], before)).toEqual({ ids: new Set(), cursor: 0, anchor: 0 });
    expect(carryOver(order, [], before)).toEqual(nothing);
  });
});

describe('nextWhere', () => {
  const odd = (id: number) => id % 2 === 1;
  it('looks onward and then from the top', () => {
    expect(nextWhere(order, 1, odd)).toBe(3);
    expect(nextWhere(order, 5, odd)).toBe(1);
  });
  it('does not come back to where it began', () => {
    expect(nextWhere(order, 1, (id) => id === 11)).toBeUndefined();
    expect(nextWhere([], -1, odd)).toBeUndefined();
  });
});

describe('swept', () => {
  const before = choose(order, nothing, 0, 'only');
  it('selects what the rectangle touches, with the cursor at its end', () => {
    expect(swept(order, before, [2, 3], false)).toEqual({
      ids: new Set([12, 13]),
      cursor: 3,
      anchor: 2,
    });
  });
  it('adds to what was selected before, each time anew', () => {
    expect(ids(swept(order, before, [2, 3], true))).toEqual([10, 12, 13]);
    expect(ids(swept(order, before, [2], true))).toEqual([10, 12]);
  });
  it('selects nothing where it touches nothing', () => {
    expect(swept(order, before, [], false)).toEqual({ ids: new Set(), cursor: 0, anchor: 0 });
  });
});
