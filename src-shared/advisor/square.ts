/**
 * The course's square: what each quadrant means, which recipe follows, and why. Where it trains only a last layer (similar,
 * little), the top blocks adapt after that: on the sets of the benchmark that is better (docs/advisor.md).
 */
import type { RecipeName } from '../recipes.ts';
import type { Quadrant } from './advice.ts';

interface Meaning {
  readonly title: string;
  /** The one that follows, and what may be worth training beside it, the likeliest first. */
  readonly recipe: RecipeName;
  readonly neighbours: readonly RecipeName[];
  /** Two sentences for a newcomer: what it means, and why the recipe follows. */
  readonly words: string;
}

export const square: Readonly<Record<Quadrant, Meaning>> = {
  'similar-little': {
    title: 'Similar, little',
    recipe: 'fine-tune-top',
    neighbours: ['feature-extraction', 'fine-tune-all', 'early-features'],
    words:
      'The network already sees what matters in your pictures, and there are too few of them to change much of it safely. So train a new last layer, then let the top blocks adapt a little.',
  },
  'similar-lots': {
    title: 'Similar, lots',
    recipe: 'fine-tune-all',
    neighbours: ['fine-tune-top', 'feature-extraction'],
    words:
      'The network already sees what matters, and there are enough pictures to adapt it without spoiling it. So keep all it knows and train every layer gently.',
  },
  'different-little': {
    title: 'Different, little',
    recipe: 'early-features',
    neighbours: ['feature-extraction', 'fine-tune-top'],
    words:
      'The upper layers look for things that your pictures do not show, while the early ones see edges and patterns that are in any picture. So read an early layer, and train only a classifier on it.',
  },
  'different-lots': {
    title: 'Different, lots',
    recipe: 'from-scratch',
    neighbours: ['fine-tune-all', 'early-features'],
    words:
      'What the network knows helps little here, and there are enough pictures to learn without it. So keep only its shape and train everything anew.',
  },
};

/** Why each recipe is worth training beside the first. */
export const besideWhy: Readonly<Record<RecipeName, string>> = {
  'feature-extraction': 'The cheapest to train, and the one to beat.',
  'early-features': 'Wins where the early layers tell your pictures apart better than the last.',
  'fine-tune-top': 'A step further: also adapts the last blocks to your pictures.',
  'fine-tune-all': 'Adapts every block gently: may be better still, and takes longer.',
  'from-scratch': 'Keeps nothing of what the network knows.',
};
