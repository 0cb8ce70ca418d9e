/** The advisor's formulas and sentences. */
import { describe, expect, it } from 'vitest';
import { jeffreys } from '../../src-shared/advisor/gaussians.ts';
import {
  accuracyAt,
  fitPowerLaw,
  gainFromDoubling,
} from '../../src-shared/advisor/learning-curve.ts';
import {
  amountScore,
  headPart,
  probesPart,
  quadrantOf,
  similarityScore,
} from '../../src-shared/advisor/position.ts';
import { outcomeOf, recommended } from '../../src-shared/advisor/recommend.ts';
import type { square } from '../../src-shared/advisor/square.ts';
import { type RecipeName, recipeNames } from '../../src-shared/recipes.ts';

it('measures how far normal distributions are apart', () => {
  expect(jeffreys([0], [1], [0], [1], 0)).toBe(0);
  // KL(N(0,1), N(1,1)) is 1/2 either way.
  expect(jeffreys([0], [1], [1], [1], 0)).toBeCloseTo(1, 12);
  // KL(N(0,1), N(0,4)) = ln 2 + 1/8 - 1/2; the reverse -ln 2 + 2 - 1/2.
  expect(jeffreys([0, 0], [1, 1], [0, 0], [4, 4], 0)).toBeCloseTo(1.125, 12);
});

it('finds the power law that accuracies follow, and what doubling adds', () => {
  const law = { a: 0.95, b: 1.2, c: 0.5 };
  const points = [6, 12, 24, 48].map((images) => ({ images, accuracy: accuracyAt(law, images) }));
  const found = fitPowerLaw(points);
  expect(found.a).toBeCloseTo(law.a, 6);
  expect(found.b).toBeCloseTo(law.b, 6);
  expect(found.c).toBeCloseTo(law.c, 6);
  expect(gainFromDoubling(found, 60)).toBeCloseTo(1.2 * (60 ** -0.5 - 120 ** -0.5), 6);
});

it('is not led astray by one bad point, and calls a falling curve flat', () => {
  const law = { a: 0.9, b: 1, c: 0.5 };
  const points = [5, 10, 20, 40, 80, 160].map((images) => ({
    images,
    accuracy: accuracyAt(law, images) - (images === 40 ? 0.3 : 0),
  }));
  expect(accuracyAt(fitPowerLaw(points), 320)).toBeCloseTo(accuracyAt(law, 320), 1);
  const falling = [10, 20, 40].map((images) => ({ images, accuracy: 1 - images / 100 }));
  expect(gainFromDoubling(fitPowerLaw(falling), 40)).toBe(0);
});

it('puts measurements into the square', () => {
  expect(similarityScore({ probes: 1, logme: 1, statistics: 1, head: 1 })).toBe(1);
  // A network without normalisations and without its last layer is judged by the probes and LogME alone.
  const some = { probes: 0.3, logme: 0.3, statistics: null, head: null };
  expect(similarityScore(some)).toBeCloseTo(0.3, 12);
  // Two standard errors behind is where doubt begins, however few the pictures are.
  expect(probesPart(-0.1, 0.05)).toBeCloseTo(0.5, 12);
  expect(probesPart(-0.1, 0.01)).toBeLessThan(0.3);
  expect(headPart(0.2)).toBeGreaterThan(headPart(0.8));
  expect(amountScore(50, 0.05)).toBeLessThan(0.1);
  expect(amountScore(20_000, 0)).toBeGreaterThan(0.8);
  expect(amountScore(1500, 0.1)).toBeLessThan(amountScore(1500, 0));
  expect(quadrantOf(0.2, 0.1)).toBe('different-little');
  expect(quadrantOf(0.9, 0.9)).toBe('similar-lots');
});

describe('recommends', () => {
  const costs = Object.fromEntries(
    recipeNames.map((recipe) => [recipe, { seconds: 1, memoryBytes: 2 }]),
  ) as Record<RecipeName, { seconds: number; memoryBytes: number }>;
  const byBlock = [0.6, 0.7, 0.9, 0.8].map((value, i) => ({
    block: `block${i}`,
    divergence: null,
    probe: { value, low: value - 0.1, high: value + 0.1 },
    logme: 0,
  }));
  const namesOf = (quadrant: keyof typeof square, low = 0.6, its = costs) =>
    recommended(quadrant, its, { byBlock, low }).map(({ recipe }) => recipe);

  it('what follows from each quadrant', () => {
    expect(namesOf('similar-little')[0]).toBe('fine-tune-top');
    expect(namesOf('similar-lots')[0]).toBe('fine-tune-all');
    expect(namesOf('different-little')[0]).toBe('early-features');
    expect(namesOf('different-lots')[0]).toBe('from-scratch');
  });
  it('two beside it: early features where the pictures may be different', () => {
    const [first, cheap] = ['fine-tune-top', 'feature-extraction'] as const;
    expect(namesOf('similar-little')).toEqual([first, cheap, 'fine-tune-all']);
    expect(namesOf('similar-little', 0.4)).toEqual([first, 'early-features', cheap]);
  });
  it('none beside it that takes more than ten minutes while others do not', () => {
    const slow = { ...costs, 'fine-tune-all': { seconds: 601, memoryBytes: 2 } };
    expect(namesOf('similar-little', 0.6, slow)).not.toContain('fine-tune-all');
    expect(namesOf('similar-lots', 0.6, slow)[0]).toBe('fine-tune-all');
  });
  it('with what is measured already: the last block, and the best of the lower half', () => {
    const found = recommended('similar-little', costs, { byBlock, low: 0.4 });
    expect(found.map(({ expectedAccuracy }) => expectedAccuracy?.value)).toEqual([
      undefined,
      0.7,
      0.8,
    ]);
  });
});

it('holds the advice against what came of it', () => {
  const top = { recipe: 'fine-tune-top', accuracy: 0.912 } as const;
  const fixed = { recipe: 'feature-extraction', accuracy: 0.9 } as const;
  const won = outcomeOf('fine-tune-top', [fixed, top], () => 0.4);
  expect(won?.words).toBe(
    'The advisor said fine-tune top; it won by 1.2 points, no clear difference.',
  );
  const lost = outcomeOf('feature-extraction', [fixed, top], () => 0.01);
  expect(lost).toMatchObject({ right: false, won: 'fine-tune-top' });
  expect(lost?.regret).toBeCloseTo(0.012, 12);
  expect(lost?.words).toMatch(/but fine-tune top won by 1.2 points, a clear difference/);
  expect(outcomeOf('early-features', [fixed, top], () => null)).toBeNull();
  expect(outcomeOf('fine-tune-top', [top], () => null)).toBeNull();
});
