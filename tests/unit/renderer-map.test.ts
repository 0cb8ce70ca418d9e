import { describe, expect, it } from 'vitest';
import { byErrors, byLabel, noKind } from '../../src-renderer/rooms/label/map/colouring.ts';
import {
  around,
  besides,
  inBox,
  inLasso,
  moved,
  nearest,
  showing,
  toMap,
  toScreen,
  towards,
  whole,
  zoomed,
} from '../../src-renderer/rooms/label/map/geometry.ts';
import type { Label } from '../../src-shared/domain.ts';

const size = { width: 800, height: 600 };
const all = () => true;
/** A cross: the middle, then left, right, up and down of it, and one to the upper right. */
const cross = Float32Array.of(0, 0, -0.5, 0, 0.5, 0, 0, -0.5, 0, 0.5, 0.4, -0.3);

describe('what is seen of a map', () => {
  it('is all of it at first, within the shorter side', () => {
    const view = whole(size);
    for (const corner of [-1, 1]) {
      const { x, y } = toScreen(view, size, { x: corner, y: corner });
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(600);
      expect(x).toBeGreaterThan(0);
    }
    const there = toMap(view, size, toScreen(view, size, { x: 0.3, y: -0.2 }));
    expect(there.x).toBeCloseTo(0.3);
    expect(there.y).toBeCloseTo(-0.2);
  });

  it('keeps what is under the pointer when it is zoomed, and never loses the map', () => {
    const at = { x: 100, y: 500 };
    const before = toMap(whole(size), size, at);
    const near = zoomed(whole(size), 1.5, size, at);
    expect(toMap(near, size, at).x).toBeCloseTo(before.x);
    expect(toMap(near, size, at).y).toBeCloseTo(before.y);
    let far = near;
    for (let i = 0; i < 50; i++) far = zoomed(far, 0.5, size, at);
    expect(far.scale).toBe(whole(size).scale / 2);
    for (let i = 0; i < 50; i++) far = moved(far, size, { x: 900, y: 900 });
    expect(Math.abs(far.x)).toBeLessThanOrEqual(1.1);
  });

  it('follows the cursor no farther than needed, and brings a selection near', () => {
    const near = zoomed(whole(size), 8, size, { x: 400, y: 300 });
    expect(showing(near, size, { x: 0, y: 0 })).toEqual(near);
    const there = toScreen(showing(near, size, { x: 0.9, y: 0 }), size, { x: 0.9, y: 0 });
    expect(there.x).toBeLessThanOrEqual(800);
    const two = around(cross, [0, 2], size, whole(size));
    expect(two.x).toBeCloseTo(0.25);
    expect(two.scale).toBeGreaterThan(whole(size).scale);
    expect(around(cross, [2], size, near).scale).toBe(near.scale);
  });
});

describe('points', () => {
  it('are picked only when they are near enough', () => {
    expect(nearest(cross, { x: 0.48, y: 0.01 }, 0.05, all)).toBe(2);
    expect(nearest(cross, { x: 0.48, y: 0.01 }, 0.05, (i) => i !== 2)).toBeUndefined();
    expect(nearest(cross, { x: 0.8, y: 0.8 }, 0.05, all)).toBeUndefined();
  });

  it('are found in a box drawn from any corner, and within a line by the even-odd rule', () => {
    const box = { from: { x: 0.6, y: 0.1 }, to: { x: -0.1, y: -0.4 } };
    expect(inBox(cross, box, all)).toEqual([0, 2, 5]);
    expect(inBox(cross, box, (i) => i !== 2)).toEqual([0, 5]);
    // A hook around the middle that leaves it out.
    const hook = [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
      [-1, 0.2],
      [0.2, 0.2],
      [0.2, -0.2],
      [-1, -0.2],
    ].map(([x, y]) => ({ x: x!, y: y! }));
    expect(inLasso(cross, hook, all)).toEqual([2, 3, 4, 5]);
    expect(inLasso(cross, hook.slice(0, 2), all)).toEqual([]);
  });

  it('follow one another where an arrow points, straight ahead rather than aside', () => {
    const from = { x: 0, y: 0 };
    expect(towards(cross, from, 'left', all)).toBe(1);
    expect(towards(cross, from, 'right', all)).toBe(2);
    expect(towards(cross, from, 'up', all)).toBe(3);
    expect(towards(cross, from, 'down', all)).toBe(4);
    expect(towards(cross, { x: 0.5, y: 0 }, 'right', all)).toBeUndefined();
    expect(towards(cross, { x: 0.5, y: 0 }, 'up', all)).toBe(5);
  });

  it('have company', () => {
    expect(besides(cross, 2, 2)).toEqual([5, 0]);
    expect(besides(cross, 0, 9)).toHaveLength(5);
  });
});

it('is coloured by labels, and by what a run has wrong', () => {
  const label = (id: number, name: string, colour: number): Label => ({
    ...{ id, name, colour, count: 1, excluded: 0 },
  });
  const labels = [label(7, 'frog', 3), label(9, 'owl', 4)];
  const { kinds, kindOf } = byLabel(labels, (id) => ({ 1: 9, 2: null, 3: 99 })[id], 'unlabelled');
  expect(kinds.map(({ name, colour }) => [name, colour])).toEqual([
    ['frog', '--label-3'],
    ['owl', '--label-4'],
  ]);
  expect([1, 2, 3, 4].map(kindOf)).toEqual([1, noKind, noKind, noKind]);
  const said = { probability: 0.5, uncalibrated: 0.5 };
  const errors = byErrors([
    { imageId: 1, actual: 0, predicted: 0, ...said },
    { imageId: 2, actual: 0, predicted: 1, ...said },
  ]);
  expect([1, 2, 3].map((id) => errors.kinds[errors.kindOf(id)]?.name)).toEqual([
    'right',
    'wrong',
    undefined,
  ]);
  expect(errors.kinds[1]!.shape).toBe('cross');
});
