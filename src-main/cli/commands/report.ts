import { resolve } from 'node:path';
import type { Command } from 'commander';
import { interruptible } from '../interrupt.ts';
import { addCommonOptions, type CommonOptions, positiveInteger } from '../options.ts';
import { complain, fileSize, print, printJson } from '../output.ts';
import { createProgress } from '../progress.ts';
import { withProject } from '../session.ts';

interface Options extends CommonOptions {
  readonly out: string;
}

const words = {
  gathering: { what: 'Gathering', unit: 'steps' },
  printing: { what: 'Printing', unit: 'files' },
} as const;

export function report(program: Command): void {
  addCommonOptions(
    program
      .command('report')
      .argument('<dir>')
      .argument(
        '[run...]',
        'numbers of finished runs; all of them if none is given',
        (text: string, before: readonly number[] = []) => [...before, positiveInteger(text)],
      ),
  )
    .description('write down what came of the runs, as one HTML file or a PDF')
    .requiredOption('--out <file>', 'ends in .html or .pdf, or in neither for both')
    .action((dir: string, runs: number[] | undefined, options: Options) =>
      withProject(dir, options.connect, ({ studio }) =>
        interruptible(async (signal) => {
          const progress = createProgress(options);
          const unsubscribe = studio.subscribe((event) => {
            if (event.name !== 'report.progress') return;
            const { what, done, total } = event.data;
            progress.show({ ...words[what], done, total, secondsLeft: null });
          });
          const stop = () => void studio.call('report.cancel', {}).catch(() => {});
          signal.addEventListener('abort', stop);
          try {
            const out = resolve(options.out);
            const written = await studio.call('report.write', { runs: runs ?? [], out });
            progress.clear();
            if (options.json) return printJson(written);
            for (const { path, bytes } of written.files)
              print(`${path} written (${fileSize(bytes)}).`);
            for (const note of written.notes) complain(note);
          } finally {
            unsubscribe();
            signal.removeEventListener('abort', stop);
            progress.clear();
          }
        }),
      ),
    );
}
