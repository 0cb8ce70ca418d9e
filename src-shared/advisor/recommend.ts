/** From a place in the square to recipes, and from results back to whether that was right. */
import { earlyBlocks, type RecipeName, recipes } from '../recipes.ts';
import type { Advice, Outcome, Quadrant, Ranged } from './advice.ts';
import { besideWhy, square } from './square.ts';

type Costs = Readonly<
  Record<RecipeName, { readonly seconds: number; readonly memoryBytes: number }>
>;

/** How many are offered beside the quadrant's recipe. */
const beside = 2;
/** What takes longer is not offered beside it: who has the time can choose it. */
const mostSeconds = 10 * 60;

/** Early features move up where the pictures may lie in the other half of the square. */
function besideOf(quadrant: Quadrant, costs: Costs, low: number): readonly RecipeName[] {
  const { neighbours } = square[quadrant];
  const isQuick = (recipe: RecipeName) => costs[recipe].seconds <= mostSeconds;
  const isDoubted = (recipe: RecipeName) => recipe === 'early-features' && low < 0.5;
  return neighbours
    .toSorted((a, b) => Number(isDoubted(b)) - Number(isDoubted(a)))
    .toSorted((a, b) => Number(isQuick(b)) - Number(isQuick(a)))
    .slice(0, beside);
}

/** The quadrant's recipe, then two that are worth training beside it, each with its reason. */
export function recommended(
  quadrant: Quadrant,
  costs: Costs,
  { byBlock, low }: Pick<Advice['similarity'], 'byBlock' | 'low'>,
): Advice['recommended'] {
  const probes = byBlock.map(({ probe }) => probe);
  const early = probes.slice(0, earlyBlocks(probes.length));
  const expected: Partial<Record<RecipeName, Ranged>> = {
    'feature-extraction': probes.at(-1)!,
    'early-features': early.reduce((best, probe) => (probe.value > best.value ? probe : best)),
  };
  const { recipe: first, words } = square[quadrant];
  return [first, ...besideOf(quadrant, costs, low)].map((recipe) => ({
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
