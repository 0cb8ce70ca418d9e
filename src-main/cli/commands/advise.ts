import type { Command } from 'commander';
import type { Advice } from '../../../src-shared/advisor/advice.ts';
import { gainWords } from '../../../src-shared/advisor/learning-curve.ts';
import { square } from '../../../src-shared/advisor/square.ts';
import { recipes } from '../../../src-shared/recipes.ts';
import { measure } from '../advised.ts';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { duration, fileSize, percent, print, printJson, table } from '../output.ts';
import { withProject } from '../session.ts';

interface Options extends CommonOptions {
  readonly backbone?: string;
}

function adviceText({ similarity, amount, quadrant, recommended }: Advice): string {
  return [
    `${square[quadrant].title}. ${square[quadrant].words}`,
    '',
    `Similarity ${similarity.score.toFixed(2)} (${similarity.low.toFixed(2)} to ${similarity.high.toFixed(2)}), from 0 to 1.`,
    gainWords(amount.gainFromDoubling),
    '',
    table(similarity.byBlock, [
      { title: 'Block', text: ({ block }) => block },
      { title: 'Probe', text: ({ probe }) => percent(probe.value), align: 'right' },
      { title: 'LogME', text: ({ logme }) => logme.toFixed(3), align: 'right' },
      {
        title: 'Divergence',
        text: ({ divergence }) => (divergence ? divergence.value.toFixed(2) : '–'),
        align: 'right',
      },
    ]),
    '',
    table(recommended, [
      { title: 'Recipe', text: ({ recipe }) => recipes[recipe].title },
      {
        title: 'Expected',
        text: ({ expectedAccuracy }) => (expectedAccuracy ? percent(expectedAccuracy.value) : '–'),
        align: 'right',
      },
      {
        title: 'At most',
        text: ({ estimatedSeconds }) => duration(estimatedSeconds),
        align: 'right',
      },
      {
        title: 'Memory',
        text: ({ estimatedMemoryBytes }) => fileSize(estimatedMemoryBytes),
        align: 'right',
      },
    ]),
  ].join('\n');
}

export function advise(program: Command): void {
  addCommonOptions(program.command('advise <dir>'))
    .description('measure how similar and how many the labelled pictures are, and name the recipe')
    .option('--backbone <name>', 'the network; the best one there is if not given')
    .action((dir: string, options: Options) =>
      withProject(dir, options.connect, async (session) => {
        const said = await measure(session, options.backbone, options);
        if (options.json) printJson(said);
        else print(adviceText(said));
      }),
    );
}
