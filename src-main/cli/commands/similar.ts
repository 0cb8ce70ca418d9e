import { resolve } from 'node:path';
import type { Command } from 'commander';
import { interruptible } from '../interrupt.ts';
import { lookAtAll, pathsOf } from '../look.ts';
import { addCommonOptions, type CommonOptions, positiveInteger } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { createProgress } from '../progress.ts';
import { withProject } from '../session.ts';
import { uploadFiles } from '../upload.ts';

interface Options extends CommonOptions {
  readonly count: number;
}

export function similar(program: Command): void {
  addCommonOptions(program.command('similar <dir> <file>'))
    .description('find the pictures of a project that are most like a file')
    .option('--count <n>', 'how many', positiveInteger, 10)
    .action((dir: string, file: string, options: Options) =>
      withProject(dir, options.connect, (session) =>
        interruptible(async (signal) => {
          const progress = createProgress(options);
          await lookAtAll(session, progress, signal);
          const given = resolve(file);
          const path = session.local
            ? given
            : (await uploadFiles(session, [given], 'predict', progress, signal))[0]!.there;
          const { similar: found } = await session.studio.call('assist.similar', {
            like: { path },
            count: options.count,
          });
          const paths = await pathsOf(
            session,
            found.map(({ imageId }) => imageId),
          );
          const rows = found.map(({ imageId, similarity }) => ({
            path: paths.get(imageId)!,
            similarity,
          }));
          if (options.json) printJson(rows);
          else {
            print(
              table(rows, [
                { title: 'File', text: (row) => row.path },
                {
                  title: 'Likeness',
                  text: ({ similarity }) => similarity.toFixed(3),
                  align: 'right',
                },
              ]),
            );
          }
        }),
      ),
    );
}
