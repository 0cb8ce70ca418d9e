import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  carryOut,
  decodeForViews,
  type Rgb,
  rotated,
  viewPixels,
} from '../../src-main/images/augment.ts';
import { changeColour } from '../../src-main/images/colour-change.ts';
import { loadRgb } from '../../src-main/images/pixels.ts';
import {
  type ColourChange,
  drawCrop,
  drawView,
  type View,
  viewRandom,
} from '../../src-main/images/view.ts';
import { seededRandom } from '../../src-shared/random.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const golden = JSON.parse(
  await readFile(new URL('fixtures/augmentation.json', import.meta.url), 'utf8'),
) as { width: number; height: number; pixels: Record<string, number[]> };
const picture = (): Rgb => ({ ...golden, data: Uint8Array.from(golden.pixels.picture!) });
const off = { flips: 'none', cropScale: 1, rotation: 0, colourJitter: 0 } as const;
const all = { flips: 'both', cropScale: 0.3, rotation: 20, colourJitter: 0.4 } as const;
const unchanged: View = { angle: 0, crop: null, flipX: false, flipY: false, colours: [] };
const sha = (digit: string) => digit.repeat(64);

/** At most one step of 255 from torchvision's, whose numbers are float32. */
function expectNear(actual: Uint8Array, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expect(Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)))).toBeLessThan(2);
}

describe('the pixels of a view', () => {
  it('are turned as torchvision turns them', () => {
    for (const [name, expected] of Object.entries(golden.pixels)) {
      const angle = /^rotate (.*)/.exec(name)?.[1];
      if (angle) expectNear(rotated(picture(), Number(angle)).data, expected);
    }
  });

  it('change their colours as torchvision changes them', () => {
    for (const [name, expected] of Object.entries(golden.pixels)) {
      const found = /^(brightness|contrast|saturation) (.*)/.exec(name);
      if (!found) continue;
      const { data } = picture();
      changeColour(data, found[1] as ColourChange, Number(found[2]));
      expectNear(data, expected);
    }
  });

  it('are mirrored, exactly', async () => {
    const side = 5;
    const colour = (x: number, y: number) => [10 * x, 20 * y, x + y];
    const square = (at: (x: number, y: number) => number[]) =>
      Uint8Array.from(
        Array.from({ length: side * side }, (_, i) => at(i % side, Math.floor(i / side))).flat(),
      );
    const data = square(colour);
    const flipped = (flipX: boolean, flipY: boolean) =>
      carryOut({ width: side, height: side, data }, side, { ...unchanged, flipX, flipY });
    const last = side - 1;
    expect(await flipped(true, false)).toEqual(square((x, y) => colour(last - x, y)));
    expect(await flipped(false, true)).toEqual(square((x, y) => colour(x, last - y)));
    expect(await flipped(true, true)).toEqual(square((x, y) => colour(last - x, last - y)));
    expect(await flipped(false, false)).toEqual(data);
  });

  it('come from the crop alone', async () => {
    const [width, height] = [40, 20];
    const data = new Uint8Array(3 * width * height);
    for (let y = 5; y < 15; y++) data.fill(200, 3 * (y * width + 10), 3 * (y * width + 20));
    const crop = { left: 10, top: 5, width: 10, height: 10 };
    const view = await carryOut({ width, height, data }, 8, { ...unchanged, crop });
    expect([...view].every((value) => value === 200)).toBe(true);
  });

  it('are the plain picture where nothing is changed', async () => {
    const path = join(await temporaryFolder(), 'a.png');
    const { width, height, data } = picture();
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(path);
    const base = await decodeForViews(path, 4, off);
    const which = { augmentation: off, seed: 1, sha256: sha('a'), index: 3 };
    expect([...(await viewPixels(base, 4, which))]).toEqual([...(await loadRgb(path, 4))]);
  });

  it('depend on seed, picture and number, and on nothing else', async () => {
    const view = (seed: number, digit: string, index: number) =>
      viewPixels(picture(), 6, { augmentation: all, seed, sha256: sha(digit), index });
    const first = await view(1, 'a', 2);
    expect(await view(1, 'a', 2)).toEqual(first);
    for (const other of [view(2, 'a', 2), view(1, 'b', 2), view(1, 'a', 3)]) {
      expect(await other).not.toEqual(first);
    }
  });
});

describe('what is drawn', () => {
  const size = { width: 300, height: 200 };
  const views = Array.from({ length: 4000 }, (_, i) =>
    drawView(all, size, viewRandom(7, sha('5'), i)),
  );
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value / values.length, 0);

  it('keeps within its bounds and fills them', () => {
    const angles = views.map(({ angle }) => angle);
    expect(Math.max(...angles.map(Math.abs))).toBeLessThanOrEqual(20);
    expect(Math.max(...angles)).toBeGreaterThan(19);
    expect(Math.min(...angles)).toBeLessThan(-19);
    expect(Math.abs(mean(angles))).toBeLessThan(1);
    for (const side of ['flipX', 'flipY'] as const) {
      expect(mean(views.map((view) => Number(view[side])))).toBeCloseTo(0.5, 1);
    }
    const factors = views.flatMap(({ colours }) => colours.map(({ factor }) => factor));
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.6);
    expect(Math.max(...factors)).toBeLessThanOrEqual(1.4);
    expect(mean(factors)).toBeCloseTo(1, 1);
    const orders = views.map(({ colours }) => colours.map(({ change }) => change).join());
    expect(new Set(orders).size).toBe(6);
  });

  it('cuts areas and ratios as torchvision does, inside the picture', () => {
    const areas: number[] = [];
    for (const { crop } of views) {
      const { left, top, width, height } = crop!;
      expect(left >= 0 && top >= 0 && left + width <= 300 && top + height <= 200).toBe(true);
      expect(width / height).toBeGreaterThan(0.73);
      expect(width / height).toBeLessThan(1.36);
      areas.push((width * height) / (300 * 200));
    }
    expect(Math.min(...areas)).toBeGreaterThan(0.29);
    expect(Math.min(...areas)).toBeLessThan(0.32);
  });

  it('falls back to the middle where no crop of that area fits', () => {
    const crop = drawCrop(0.99, { width: 1000, height: 100 }, seededRandom(1, 1));
    expect(crop).toEqual({ left: 433, top: 0, width: 133, height: 100 });
  });

  it('moves nothing else when one setting is turned', () => {
    const only = drawView({ ...off, flips: 'both' }, size, viewRandom(7, sha('5'), 0));
    expect([only.flipX, only.flipY]).toEqual([views[0]!.flipX, views[0]!.flipY]);
    expect(drawView(off, size, viewRandom(7, sha('5'), 0))).toEqual({
      ...unchanged,
      angle: expect.closeTo(0),
    });
  });
});
