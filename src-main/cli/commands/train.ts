import type { Command } from 'commander';
import { type RecipeName, recipeNames, usualRecipes } from '../../../src-shared/recipes.ts';
import { train } from '../follow.ts';
import { interruptible } from '../interrupt.ts';
import { addCommonOptions, type CommonOptions, recipeList } from '../options.ts';
import { printJson } from '../output.ts';
import { createProgress } from '../progress.ts';
import { chooseBackbones, demandFinished, runReporter } from '../runs.ts';
import { withProject } from '../session.ts';
import { addSettingOptions, settingsOf } from '../settings.ts';

interface Options extends CommonOptions {
  readonly recipe?: RecipeName[];
  readonly backbone?: string;
}

export function trainCommand(program: Command): void {
  const command = addCommonOptions(program.command('train <dir>'))
    .description('train on the labelled pictures of a project')
    .option(
      '--recipe <names>',
      `some of ${recipeNames.join(',')}; ${usualRecipes.join(' and ')} if not given`,
      recipeList,
    )
    .option('--backbone <name>', 'the network to start from; the best one there is if not given');
  addSettingOptions(command).action((dir: string, options: Options) =>
    withProject(dir, options.connect, (session) =>
      interruptible(async (signal) => {
        const [backbone] = await chooseBackbones(
          session,
          options.backbone === undefined ? undefined : [options.backbone],
        );
        const settings = settingsOf({ ...options });
        const wanted = (options.recipe ?? usualRecipes).map((recipe) => ({
          recipe,
          backbone: backbone!,
          settings,
        }));
        const progress = createProgress(options);
        try {
          const tell = options.json ? printJson : runReporter(progress);
          demandFinished(await train(session, wanted, tell, signal));
        } finally {
          progress.clear();
        }
      }),
    ),
  );
}
