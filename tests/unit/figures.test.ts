/** Where the figures of the advice put what they draw, and what they say in words and in numbers. */
import { expect, it } from 'vitest';
import { dark, light } from '../../src-main/studio/report/style.ts';
import type { Advice, Ranged } from '../../src-shared/advisor/advice.ts';
import { gainWords } from '../../src-shared/advisor/learning-curve.ts';
import { across, upwards } from '../../src-shared/figures/axes.ts';
import { depthDrawing, depthRows, depthWords } from '../../src-shared/figures/depth-profile.ts';
import type { Drawing } from '../../src-shared/figures/drawing.ts';
import {
  learningCurveDrawing,
  learningCurveRows,
} from '../../src-shared/figures/learning-curve.ts';
import { mixupShade } from '../../src-shared/figures/mixup-shade.ts';

const plot = { left: 10, right: 110, top: 0, bottom: 50 };
const around = (value: number): Ranged => ({ value, low: value - 0.1, high: value + 0.1 });
const said = ({ shapes }: Drawing) => shapes.flatMap(({ text }) => (text ? [text] : []));
const circles = ({ shapes }: Drawing) =>
  shapes.flatMap(({ name, attributes: { cx, cy } }) =>
    name === 'circle' ? [{ x: Number(cx), y: Number(cy) }] : [],
  );

const blocks = (statistics: boolean): Advice['similarity']['byBlock'] =>
  ['stem', 'low', 'high', 'head'].map((block, i) => ({
    block,
    probe: around(0.2 * (i + 1)),
    logme: -1 + 0.1 * i,
    divergence: statistics && i !== 1 ? around(2 - 0.5 * i) : null,
  }));

const amount: Advice['amount'] = {
  ...{ score: 0.2, low: 0.1, high: 0.3, labelled: 100, perClass: {}, imagesPerWeight: {} },
  curve: [0.1, 0.2, 0.4, 0.8].map((fraction, i) => {
    const { value: accuracy, low, high } = around(0.5 + 0.1 * i);
    return { fraction, images: 100 * fraction, accuracy, low, high };
  }),
  fit: { a: 1, b: 2, c: 0.5 },
  gainFromDoubling: { value: 0.03, low: 0.01, high: 0.05 },
};

it('lays axes from the left and from the bottom, in logarithms where it is asked to', () => {
  expect(across(plot, [0, 5, 10]).at(5)).toBe(60);
  expect(upwards(plot, [0, 1]).at(1)).toBe(0);
  expect(across(plot, [1, 100], { log: true }).at(10)).toBeCloseTo(60);
  expect(across(plot, [2], { domain: [0, 4] }).at(4)).toBe(110);
});

it('draws a panel for each measure that a network has', () => {
  const lines = said(depthDrawing('By depth', blocks(true)));
  expect(lines.filter((line) => / \(LogME\)$| \(divergence\)$/.test(line))).toHaveLength(2);
  expect(lines).toEqual(expect.arrayContaining(['stem', 'head']));
  // Four probes, four LogMEs, and three divergences: a block without a normalisation has none.
  expect(circles(depthDrawing('By depth', blocks(true)))).toHaveLength(4 + 4 + 3);
  expect(circles(depthDrawing('By depth', blocks(false)))).toHaveLength(4 + 4);
  expect(depthDrawing('By depth', blocks(false)).height).toBeLessThan(
    depthDrawing('By depth', blocks(true)).height,
  );
});

it('names only as many blocks as there is room for, the last one always', () => {
  const many = Array.from({ length: 60 }, (_, i) => ({
    ...blocks(false)[0]!,
    block: `features.${i}`,
  }));
  const names = said(depthDrawing('By depth', many)).filter((line) => line.startsWith('features'));
  expect(names.length).toBeLessThanOrEqual(9);
  expect(names.at(-1)).toBe('features.59');
});

it('compares the last block with the best early one in words, and lists all of them', () => {
  expect(depthWords(blocks(true))).toBe(
    'A classifier on the last block, head, gets 0.80 right; on the best early block, low, 0.40.',
  );
  expect(depthRows(blocks(true))[1]!.slice(5)).toEqual([null, null, null]);
});

it('draws the measured points, and what twice as many labels would bring by the law', () => {
  const drawing = learningCurveDrawing('More labels', amount);
  const points = circles(drawing);
  expect(points).toHaveLength(5);
  // Each twice as many as the one before: evenly spread, and higher each time.
  const steps = points.slice(1, 4).map(({ x }, i) => x - points[i]!.x);
  for (const step of steps) expect(step).toBeCloseTo(steps[0]!);
  expect(points.slice(0, 4).map(({ y }) => y)).toEqual(
    points
      .slice(0, 4)
      .map(({ y }) => y)
      .toSorted((a, b) => b - a),
  );
  expect(learningCurveRows(amount).slice(-2)).toEqual([
    ['all, by the law', 100, 0.8, null, null],
    ['twice as many, by the law', 200, 0.8300000000000001, 0.81, 0.8500000000000001],
  ]);
});

it('says what twice as many labels would add in whole points', () => {
  const words = (value: number, low: number, high: number) => gainWords({ value, low, high });
  expect(words(0.031, 0.012, 0.049)).toBe(
    'Twice as many labels would add about 3 points (1 to 5).',
  );
  expect(words(0.012, 0, 0.03)).toBe('Twice as many labels would add about 1 point (0 to 3).');
  expect(words(0.002, -0.01, 0.02)).toBe(
    'Twice as many labels would add less than a point (0 to 2).',
  );
  expect(words(0, 0, 0.001)).toBe('Twice as many labels would add less than a point.');
});

/** Relative luminance (WCAG 2.2) of a colour of three numbers from 0 to 255. */
const luminance = (rgb: readonly number[]) =>
  rgb
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i]!, 0);

it('shades the cells of a confusion matrix so that the numbers in them are read on both themes', () => {
  for (const tokens of [light, dark]) {
    const parts = (name: string) =>
      [1, 3, 5].map((at) =>
        Number.parseInt(tokens[name as keyof typeof tokens].slice(at, at + 2), 16),
      );
    for (const [count, right] of [1, 20, 60, 100].flatMap((n) => [
      [n, true] as const,
      [n, false] as const,
    ])) {
      const [, colour, share] = /var\((--\w+)\) (\d+)%/.exec(mixupShade(count, 100, right))!;
      const ground = parts('--panel').map(
        (part, i) => part + ((parts(colour!)[i]! - part) * Number(share)) / 100,
      );
      const [dim, bright] = [luminance(ground), luminance(parts('--text'))].toSorted(
        (a, b) => a - b,
      );
      expect((bright! + 0.05) / (dim! + 0.05)).toBeGreaterThan(4.5);
    }
  }
});
