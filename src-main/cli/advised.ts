/** The advisor, asked from the terminal. */
import { Option } from 'commander';
import type { Advice } from '../../src-shared/advisor/advice.ts';
import { type RecipeName, usualRecipes } from '../../src-shared/recipes.ts';
import { interruptible } from './interrupt.ts';
import { createProgress } from './progress.ts';
import type { Session } from './session.ts';

interface Looks {
  readonly json: boolean;
}

/** @param backbone the best one there is if not given */
export function measure(
  { studio }: Session,
  backbone: string | undefined,
  options: Looks,
): Promise<Advice> {
  return interruptible(async (signal) => {
    const progress = createProgress(options);
    const unsubscribe = studio.subscribe((event) => {
      if (event.name !== 'advisor.progress') return;
      const { what, done, total } = event.data;
      const words = what === 'features' ? 'Looking at the pictures' : 'Measuring';
      const unit = what === 'features' ? 'pictures' : 'steps';
      progress.show({ what: words, done, total, unit, secondsLeft: null });
    });
    const stop = () => void studio.call('advisor.cancel', {}).catch(() => {});
    signal.addEventListener('abort', stop);
    try {
      return await studio.call('advisor.run', backbone ? { backbone } : {});
    } finally {
      progress.clear();
      unsubscribe();
      signal.removeEventListener('abort', stop);
    }
  });
}

/** `--recommended`, which goes with no list of recipes. */
export const recommendedOption = (recipes: 'recipe' | 'recipes'): Option =>
  new Option(
    '--recommended',
    'the recipes that the advisor names for these pictures, which it measures first if need be',
  ).conflicts(recipes);

/** What is trained on a network: the recipes that were named, or the advised ones, or the usual ones. */
export async function recipesFor(
  session: Session,
  backbone: string,
  {
    named,
    recommended = false,
    json,
  }: Looks & {
    readonly named: readonly RecipeName[] | undefined;
    readonly recommended: boolean | undefined;
  },
): Promise<readonly RecipeName[]> {
  if (!recommended) return named ?? usualRecipes;
  const { advice, outdated } = await session.studio.call('advisor.get', { backbone });
  const said = advice && !outdated ? advice : await measure(session, backbone, { json });
  return said.recommended.map(({ recipe }) => recipe);
}
