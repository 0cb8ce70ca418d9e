import { expect, it } from 'vitest';
import { secondsFor } from '../../src-main/studio/estimate.ts';

const measured = { decode: 1, exact: 9, fast: 2 };

it('counts the exact features that a fast run needs, and its calibration', () => {
  // 1000 pictures: 200 to test, 64 to calibrate on and 64 to check, run exactly three times in all and in 8 bits twice.
  expect(secondsFor(measured, 1000, 1)).toEqual({
    exact: 10_000,
    fast: 10 * (200 + 192) + 3 * (800 + 128),
  });
});

it('says that fast takes longer where there are few pictures', () => {
  const { exact, fast } = secondsFor({ decode: 0, exact: 3, fast: 1 }, 20, 1);
  expect(fast).toBeGreaterThan(exact);
});

it('counts every view of a picture to train on', () => {
  expect(secondsFor(measured, 100, 3).exact).toBeCloseTo(10 * (100 + 2 * 60), 6);
});
