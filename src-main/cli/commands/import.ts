import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { ImportReport } from '../../../src-shared/domain.ts';
import { importImages } from '../follow.ts';
import { interruptible } from '../interrupt.ts';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { complain, plural, print, printJson } from '../output.ts';
import { createProgress } from '../progress.ts';
import { withProject } from '../session.ts';
import { uploadSources } from '../upload.ts';

interface Options extends CommonOptions {
  readonly labels: 'none' | 'folders';
}

function report({ imported, duplicates, rejected, labels }: ImportReport): void {
  const parts = [`${plural(imported, 'picture')} imported`];
  if (duplicates > 0) parts.push(`${plural(duplicates, 'duplicate')} left out`);
  if (rejected.length > 0) parts.push(`${plural(rejected.length, 'file')} rejected`);
  print(`${parts.join(', ')}.`);
  for (const [name, count] of Object.entries(labels)) print(`  ${name}: ${count}`);
  for (const { path, reason } of rejected) complain(`${path}: ${reason}`);
}

export function importCommand(program: Command): void {
  addCommonOptions(program.command('import <dir> <src...>'))
    .description('import pictures, folders and archives (.zip, .tar, .tar.gz) into a project')
    .addOption(
      new Option('--labels <how>', "take the folders' names as labels, or none")
        .choices(['folders', 'none'])
        .default('none'),
    )
    .action((dir: string, sources: string[], options: Options) =>
      withProject(dir, options.connect, (session) =>
        interruptible(async (signal) => {
          const progress = createProgress(options);
          try {
            const paths = sources.map((source) => resolve(source));
            const there = session.local
              ? { sources: paths, rejected: [] }
              : await uploadSources(session, paths, progress, signal);
            const done =
              there.sources.length === 0
                ? { imported: 0, duplicates: 0, rejected: [], labels: {}, cancelled: false }
                : await importImages(
                    session,
                    { sources: there.sources, labels: options.labels },
                    (step) => progress.show({ what: 'Importing', unit: 'files', ...step }),
                    signal,
                  );
            progress.clear();
            const { imported, duplicates, labels } = done;
            const rejected = [...there.rejected, ...done.rejected];
            if (options.json) printJson({ imported, duplicates, rejected, labels });
            else report({ ...done, rejected });
          } finally {
            progress.clear();
          }
        }),
      ),
    );
}
