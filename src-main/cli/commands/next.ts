import { type Command, Option } from 'commander';
import { type NextStrategy, nextStrategy } from '../../../src-shared/domain.ts';
import { interruptible } from '../interrupt.ts';
import { lookAtAll, pathsOf } from '../look.ts';
import { addCommonOptions, type CommonOptions, positiveInteger } from '../options.ts';
import { print, printJson } from '../output.ts';
import { createProgress } from '../progress.ts';
import { withProject } from '../session.ts';

interface Options extends CommonOptions {
  readonly count: number;
  readonly by: NextStrategy;
}

export function next(program: Command): void {
  addCommonOptions(program.command('next <dir>'))
    .description('say which pictures to label next, so that few labels teach much')
    .option('--count <n>', 'how many', positiveInteger, 10)
    .addOption(
      new Option('--by <how>', 'what the model is unsure of, what is unlike the rest, or both')
        .choices(nextStrategy.options)
        .default('mixed'),
    )
    .action((dir: string, options: Options) =>
      withProject(dir, options.connect, (session) =>
        interruptible(async (signal) => {
          await lookAtAll(session, createProgress(options), signal);
          const { count, by: strategy } = options;
          const { imageIds } = await session.studio.call('assist.next', { count, strategy });
          const paths = await pathsOf(session, imageIds);
          const rows = imageIds.map((id) => ({ path: paths.get(id)! }));
          if (options.json) printJson(rows);
          else if (rows.length === 0) print('Every picture has a label.');
          else print(rows.map(({ path }) => path).join('\n'));
        }),
      ),
    );
}
