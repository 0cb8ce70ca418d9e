import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import type { Project, Run } from '../../../src-shared/domain.ts';
import {
  completeSettings,
  type RecipeName,
  recipeNames,
  type TrainSettings,
  usualRecipes,
} from '../../../src-shared/recipes.ts';
import { recipesFor, recommendedOption } from '../advised.ts';
import { train } from '../follow.ts';
import { interruptible } from '../interrupt.ts';
import { addCommonOptions, type CommonOptions, nameList, recipeList } from '../options.ts';
import { print, printJson } from '../output.ts';
import { createProgress } from '../progress.ts';
import {
  chooseBackbones,
  comparisonJson,
  comparisonText,
  demandFinished,
  runReporter,
} from '../runs.ts';
import { type Session, withProject } from '../session.ts';
import { addSettingOptions, settingsOf } from '../settings.ts';

interface Options extends CommonOptions {
  readonly recipes?: RecipeName[];
  readonly recommended?: boolean;
  readonly backbones?: string[];
  readonly again: boolean;
}

interface Wanted {
  readonly recipe: RecipeName;
  readonly backbone: string;
  readonly settings: Partial<TrainSettings>;
}

/** Would training this give the same again? Same settings, same labels, as many pictures. */
function isUpToDate(run: Run, wanted: Wanted, project: Project): boolean {
  const { train: a, validation: b, test: c } = run.counts;
  return (
    run.state === 'finished' &&
    run.recipe === wanted.recipe &&
    run.backbone === wanted.backbone &&
    isDeepStrictEqual(run.settings, completeSettings(wanted.recipe, wanted.settings)) &&
    a + b + c === project.labelled &&
    run.classes.every(({ labelId }) => project.labels.some(({ id }) => id === labelId))
  );
}

/** Trains what is missing, shows how, and prints all of it side by side. */
export async function compareRuns(
  session: Session,
  options: Pick<Options, 'recipes' | 'recommended' | 'backbones' | 'again' | 'json'> & {
    readonly settings: Partial<TrainSettings>;
  },
): Promise<void> {
  const { studio } = session;
  const backbones = await chooseBackbones(session, options.backbones);
  const { recipes: named, recommended, settings, json } = options;
  const wanted: Wanted[] = [];
  for (const backbone of backbones) {
    const chosen = await recipesFor(session, backbone, { named, recommended, json });
    wanted.push(...chosen.map((recipe) => ({ recipe, backbone, settings })));
  }
  const { project } = await studio.call('project.current', {});
  const { runs: known } = await studio.call('runs.list', {});
  const there = wanted.map((one) =>
    options.again ? undefined : known.findLast((run) => isUpToDate(run, one, project!)),
  );
  const missing = wanted.filter((_, i) => there[i] === undefined);

  const progress = createProgress(options);
  const trained = await interruptible(async (signal) => {
    if (missing.length === 0) return [];
    try {
      return await train(session, missing, options.json ? () => {} : runReporter(progress), signal);
    } finally {
      progress.clear();
    }
  });

  const fresh = trained.values();
  const runs = there.map((run) => run ?? fresh.next().value!);
  const finished = runs.filter(({ state }) => state === 'finished');
  if (finished.length > 0) {
    const comparison = await studio.call('runs.compare', { ids: finished.map(({ id }) => id) });
    if (options.json) printJson(comparisonJson(comparison));
    else print(`${missing.length > 0 ? '\n' : ''}${comparisonText(comparison)}`);
  }
  demandFinished(runs);
}

export function compareCommand(program: Command): void {
  const command = addCommonOptions(program.command('compare <dir>'))
    .description('train what is not trained yet, and compare on the test pictures')
    .option(
      '--recipes <names>',
      `some of ${recipeNames.join(',')}; ${usualRecipes.join(' and ')} if not given`,
      recipeList,
    )
    .addOption(recommendedOption('recipes'))
    .option(
      '--backbones <names>',
      'the networks to start from; the best one there is if not given',
      nameList,
    )
    .option('--again', 'train again what is trained already', false);
  addSettingOptions(command).action((dir: string, options: Options) =>
    withProject(dir, options.connect, (session) =>
      compareRuns(session, { ...options, settings: settingsOf({ ...options }) }),
    ),
  );
}
