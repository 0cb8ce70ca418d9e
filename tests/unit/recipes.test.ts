import { describe, expect, it } from 'vitest';
import {
  blockUse,
  completeSettings,
  defaultSettings,
  recipeNames,
  recipes,
  trainSettings,
  usualRecipes,
} from '../../src-shared/recipes.ts';

describe('recipes', () => {
  it('have settings that are allowed, and name only settings that there are', () => {
    for (const recipe of recipeNames) {
      expect(trainSettings.parse(defaultSettings[recipe])).toEqual(defaultSettings[recipe]);
      for (const name of recipes[recipe].unused) expect(trainSettings.shape).toHaveProperty(name);
    }
    expect(usualRecipes).toEqual(['feature-extraction', 'fine-tune-top']);
  });

  it('keep their own settings but for what is given', () => {
    expect(completeSettings('from-scratch', { warmup: 0, epochs: undefined })).toEqual({
      ...defaultSettings['from-scratch'],
      warmup: 0,
    });
  });

  it.each([
    ['feature-extraction', { used: 9, trained: 0, anew: false }],
    ['early-features', { used: 5, trained: 0, anew: false }],
    ['fine-tune-top', { used: 9, trained: 2, anew: false }],
    ['fine-tune-all', { used: 9, trained: 9, anew: false }],
    ['from-scratch', { used: 9, trained: 9, anew: true }],
  ] as const)('%s uses the blocks of a network as it is drawn', (recipe, use) => {
    expect(blockUse(recipe, { blocks: 2 }, 9)).toEqual(use);
  });

  it('never adapt the stem when they adapt the top only', () => {
    expect(blockUse('fine-tune-top', { blocks: 100 }, 9).trained).toBe(8);
  });
});
