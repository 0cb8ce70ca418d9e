import { describe, expect, it } from 'vitest';
import { fit, hold, zoom } from '../../src-renderer/pictures/zoom.ts';

const stage = { width: 800, height: 600 };
const photo = { width: 4000, height: 2000 };

describe('fit', () => {
  it('shows all of a large picture, and a small one at four times at most', () => {
    expect(fit(photo, stage)).toEqual({ scale: 0.2, x: 0, y: 0 });
    expect(fit({ width: 16, height: 16 }, stage).scale).toBe(4);
  });
});

describe('zoom', () => {
  it('keeps the point under the pointer where it is', () => {
    const before = zoom(fit(photo, stage), 5, { x: 0, y: 0 }, photo, stage);
    const point = { x: 120, y: -80 };
    const after = zoom(before, 2, point, photo, stage);
    const under = (view: typeof before) => ({
      x: (point.x - view.x) / view.scale,
      y: (point.y - view.y) / view.scale,
    });
    expect(after.scale).toBeCloseTo(2);
    expect(under(after).x).toBeCloseTo(under(before).x);
    expect(under(after).y).toBeCloseTo(under(before).y);
  });

  it('ends at the fit and at sixteen to one', () => {
    const fitted = fit(photo, stage);
    expect(zoom(fitted, 0.1, { x: 0, y: 0 }, photo, stage)).toEqual(fitted);
    expect(zoom(fitted, 1000, { x: 0, y: 0 }, photo, stage).scale).toBe(16);
  });
});

describe('hold', () => {
  it('lets a picture move only as far as it is larger than the stage', () => {
    expect(hold({ scale: 0.2, x: 50, y: 50 }, photo, stage)).toEqual({ scale: 0.2, x: 0, y: 0 });
    expect(hold({ scale: 1, x: 9999, y: -9999 }, photo, stage)).toEqual({
      scale: 1,
      x: (4000 - 800) / 2,
      y: -(2000 - 600) / 2,
    });
  });
});
