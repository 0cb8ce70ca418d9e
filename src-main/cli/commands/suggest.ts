import type { Command } from 'commander';
import { interruptible } from '../interrupt.ts';
import { labelNames, lookAtAll, pathsOf } from '../look.ts';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { percent, print, printJson, table } from '../output.ts';
import { createProgress } from '../progress.ts';
import { withProject } from '../session.ts';

export function suggest(program: Command): void {
  addCommonOptions(program.command('suggest <dir>'))
    .description('propose a label for every picture that has none')
    .action((dir: string, options: CommonOptions) =>
      withProject(dir, options.connect, (session) =>
        interruptible(async (signal) => {
          await lookAtAll(session, createProgress(options), signal);
          const { suggestions } = await session.studio.call('assist.suggestions', {});
          const paths = await pathsOf(
            session,
            suggestions.map(({ imageId }) => imageId),
          );
          const names = await labelNames(session);
          const rows = suggestions.map(({ imageId, labelId, confidence }) => ({
            path: paths.get(imageId)!,
            label: names.get(labelId)!,
            confidence,
          }));
          if (options.json) printJson(rows);
          else if (rows.length === 0) {
            print('No suggestions: label five pictures of two labels first, or all are labelled.');
          } else {
            print(
              table(rows, [
                { title: 'File', text: ({ path }) => path },
                { title: 'Label', text: ({ label }) => label },
                {
                  title: 'Confidence',
                  text: ({ confidence }) => percent(confidence),
                  align: 'right',
                },
              ]),
            );
          }
        }),
      ),
    );
}
