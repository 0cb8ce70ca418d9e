import { resolve } from 'node:path';
import type { Command } from 'commander';
import { StudioError } from '../../../src-shared/errors.ts';
import { writeHere } from '../fetch.ts';
import { interruptible } from '../interrupt.ts';
import { addCommonOptions, type CommonOptions, positiveInteger } from '../options.ts';
import { complain, fileSize, print, printJson } from '../output.ts';
import { createProgress } from '../progress.ts';
import { type Session, withProject } from '../session.ts';

interface Options extends CommonOptions {
  readonly out: string;
}

const words = {
  gathering: { what: 'Gathering', unit: 'steps' },
  printing: { what: 'Printing', unit: 'files' },
} as const;

async function writeReport(session: Session, runs: readonly number[], out: string) {
  const { studio, local } = session;
  const write = (path: string) => studio.call('report.write', { runs: [...runs], out: path });
  if (local) return write(resolve(out));
  if (!/\.(html?|pdf)$/i.test(out))
    throw new StudioError(
      'invalid-input',
      'From another machine a report comes as one file: let --out end in .html or .pdf.',
    );
  const { files, notes, path } = await writeHere(session, out, async (place) => {
    const written = await write(place);
    return { ...written, path: place };
  });
  return { files: files.map((file) => ({ ...file, path })), notes };
}

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
      withProject(dir, options.connect, (session) =>
        interruptible(async (signal) => {
          const { studio } = session;
          const progress = createProgress(options);
          const unsubscribe = studio.subscribe((event) => {
            if (event.name !== 'report.progress') return;
            const { what, done, total } = event.data;
            progress.show({ ...words[what], done, total, secondsLeft: null });
          });
          const stop = () => void studio.call('report.cancel', {}).catch(() => {});
          signal.addEventListener('abort', stop);
          try {
            const written = await writeReport(session, runs ?? [], options.out);
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
