/** From a place in the square to recipes, and from results back to whether that was right. */
import { earlyBlocks, type RecipeName, recipes } from '../recipes.ts';
import type { Advice, Outcome, Quadrant, Ranged } from './advice.ts';
import { besideWhy, square } from './square.ts';

/** The quadrant's recipe, then its neighbours, each with its reason. */
export function recommended(
  quadrant: Quadrant,
  costs: Readonly<Record<RecipeName, { readonly seconds: number; readonly memoryBytes: number }>>,
  byBlock: Advice['similarity']['byBlock'],
): Advice['recommended'] {
  const probes = byBlock.map(({ probe }) => probe);
  const early = probes.slice(0, earlyBlocks(probes.length));
  const expected: Partial<Record<RecipeName, Ranged>> = {
    'feature-extraction': probes.at(-1)!,
    'early-features': early.reduce((best, probe) => (probe.value > best.value ? probe : best)),
  };
  const { recipe: first, neighbours, words } = square[quadrant];
  return [first, ...neighbours].map((recipe) => ({
    recipe,
    settings: {},
    why: recipe === first ? words : besideWhy[recipe],
    ...(expected[recipe] && { expectedAccuracy: expected[recipe] }),
    estimatedSeconds: costs[recipe].seconds,
    estimatedMemoryBytes: costs[recipe].memoryBytes,
  }));
}

interface Tried {
  readonly recipe: RecipeName;
  readonly accuracy: number;
}

const points = (share: number) => {
  const value = (100 * share).toFixed(1);
  return `${value} ${value === '1.0' ? 'point' : 'points'}`;
};
const title = (recipe: RecipeName) => recipes[recipe].title.toLowerCase();

/**
 * Was the advisor right? It was when its recipe won, or when chance may have made the difference.
 *
 * @param tried the recipes that were trained, the recommended one among them, at least two
 * @param pValueOf McNemar's exact test between two of them; null where they share no images
 * @returns null while there is nothing to hold the advice against
 */
export function outcomeOf(
  recommendedRecipe: RecipeName,
  tried: readonly Tried[],
  pValueOf: (a: RecipeName, b: RecipeName) => number | null,
): Outcome | null {
  const own = tried.find(({ recipe }) => recipe === recommendedRecipe);
  const others = tried.filter((one) => one !== own).toSorted((a, b) => b.accuracy - a.accuracy);
  const [rival] = others;
  if (!own || !rival) return null;
  const pValue = pValueOf(own.recipe, rival.recipe);
  const isClear = pValue !== null && pValue < 0.05;
  const difference = own.accuracy - rival.accuracy;
  const said = `The advisor said ${title(own.recipe)}`;
  const clearly = isClear ? 'a clear difference' : 'no clear difference';
  const regret = Math.max(0, -difference);
  const base = { recommended: own.recipe, regret, pValue };
  if (difference > 0) {
    const words = `${said}; it won by ${points(difference)}, ${clearly}.`;
    return { ...base, won: own.recipe, right: true, words };
  }
  if (difference === 0) {
    const words = `${said}; it is level with ${title(rival.recipe)}.`;
    return { ...base, won: own.recipe, right: true, words };
  }
  const words = `${said}, but ${title(rival.recipe)} won by ${points(regret)}, ${clearly}.`;
  return { ...base, won: rival.recipe, right: !isClear, words };
}
