import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lessonTimes } from '../../src-main/studio/lesson-times.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** When lessons began that take so long each, for labels at these times. */
async function begun(tookMs: number, labels: readonly number[], untilMs: number) {
  const began: number[] = [];
  const start = performance.now();
  const times = lessonTimes(async () => {
    began.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, tookMs));
  });
  const moments = [...labels, untilMs];
  let now = 0;
  for (const [i, moment] of moments.entries()) {
    await vi.advanceTimersByTimeAsync(moment - now);
    now = moment;
    if (i < labels.length) times.wanted();
  }
  return began;
}

describe('suggestions are taught', () => {
  it('right behind a label, not once it is known', async () => {
    expect(await begun(100, [0], 3000)).toEqual([30]);
  });

  it('behind the first label after a rest of three times as long', async () => {
    // The first ends at 130 and has rested at 430.
    expect(await begun(100, [0, 200, 400, 600], 620)).toEqual([30]);
    expect(await begun(100, [0, 200, 400, 600, 800], 3000)).toEqual([30, 630, 1500]);
  });

  it('within a second of a label, when no others come', async () => {
    expect(await begun(100, [0, 200], 3000)).toEqual([30, 900]);
    // Also of one that comes while the last is taught.
    expect(await begun(250, [0, 40], 3000)).toEqual([30, 740]);
  });

  it('and not put off by labels in quick succession', async () => {
    const labels = Array.from({ length: 100 }, (_, i) => 20 * i);
    const began = await begun(10, labels, 2500);
    expect(began[0]).toBe(700);
    expect(began[1]! - began[0]!).toBeLessThanOrEqual(720);
  });

  it('with a rest, however long a lesson takes', async () => {
    const [first, second] = await begun(2000, [0, 40], 9000);
    expect([first, second]).toEqual([30, 2480]);
  });
});
