import type { Command } from 'commander';
import { StudioError } from '../../../src-shared/errors.ts';
import {
  type RecipeName,
  recipeNames,
  type TrainSettings,
  usualRecipes,
} from '../../../src-shared/recipes.ts';
import { recipesFor, recommendedOption } from '../advised.ts';
import { resume, train } from '../follow.ts';
import { interruptible } from '../interrupt.ts';
import { addCommonOptions, type CommonOptions, positiveInteger, recipeList } from '../options.ts';
import { print, printJson } from '../output.ts';
import { createProgress } from '../progress.ts';
import { chooseBackbones, demandFinished, estimateText, runReporter } from '../runs.ts';
import { type Session, withProject } from '../session.ts';
import { addSettingOptions, settingsOf } from '../settings.ts';

interface Options extends CommonOptions {
  readonly recipe?: RecipeName[];
  readonly recommended?: boolean;
  readonly backbone?: string;
  readonly resume?: number;
  readonly dryRun: boolean;
}

export function trainCommand(program: Command): void {
  const command = addCommonOptions(program.command('train <dir>'))
    .description('train on the labelled pictures of a project')
    .option(
      '--recipe <names>',
      `some of ${recipeNames.join(',')}; ${usualRecipes.join(' and ')} if not given`,
      recipeList,
    )
    .addOption(recommendedOption('recipe'))
    .option('--backbone <name>', 'the network to start from; the best one there is if not given')
    .option(
      '--resume <run>',
      'go on with an interrupted run, as it was set up; --runtime and --device may be others',
      positiveInteger,
    )
    .option('--dry-run', 'say what it would take, and train nothing', false);
  addSettingOptions(command).action((dir: string, options: Options) =>
    withProject(dir, options.connect, (session) =>
      interruptible(async (signal) => {
        if (options.dryRun && options.resume === undefined) {
          return sayEstimates(session, await wantedRuns(session, options), options.json);
        }
        const progress = createProgress(options);
        const tell = options.json ? printJson : runReporter(progress);
        try {
          if (options.resume !== undefined) {
            const elsewhere = elsewhereOf(options);
            demandFinished(await resume(session, options.resume, elsewhere, tell, signal));
          } else {
            demandFinished(await train(session, await wantedRuns(session, options), tell, signal));
          }
        } finally {
          progress.clear();
        }
      }),
    ),
  );
}

async function wantedRuns(session: Session, options: Options) {
  const [backbone] = await chooseBackbones(
    session,
    options.backbone === undefined ? undefined : [options.backbone],
  );
  const settings = settingsOf({ ...options });
  const { recipe: named, recommended, json } = options;
  const chosen = await recipesFor(session, backbone!, { named, recommended, json });
  return chosen.map((recipe) => ({ recipe, backbone: backbone!, settings }));
}

/** Memory and the time of the features, of each run. */
async function sayEstimates(
  { studio }: Session,
  runs: Awaited<ReturnType<typeof wantedRuns>>,
  json: boolean,
): Promise<void> {
  const estimates = [];
  for (const run of runs) {
    const { recipe, backbone } = run;
    estimates.push({ recipe, backbone, ...(await studio.call('runs.estimate', run)) });
  }
  if (json) printJson(estimates);
  else print(estimateText(estimates));
}

/**
 * What computes a run that goes on.
 * @throws StudioError when something else is asked of a run that is set up already
 */
function elsewhereOf(options: Options): Pick<Partial<TrainSettings>, 'device' | 'runtime'> {
  const { device, runtime, ...others } = settingsOf({ ...options });
  const given = Object.keys(others).length > 0 || options.dryRun;
  if (given || options.recipe || options.recommended || options.backbone !== undefined)
    throw new StudioError(
      'invalid-input',
      'A resumed run goes on as it was set up: --resume takes --device and --runtime beside it, and no recipe, network, other setting or --dry-run.',
    );
  return { ...(device && { device }), ...(runtime && { runtime }) };
}
