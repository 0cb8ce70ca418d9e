import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import {
  type DatasetFormat,
  datasetFormat,
  type LabelImportReport,
} from '../../../src-shared/domain.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { complain, plural, print, printJson } from '../output.ts';
import { createProgress } from '../progress.ts';
import { type Session, withProject } from '../session.ts';

interface ImportOptions extends CommonOptions {
  readonly pictures: boolean;
  readonly newLabels: boolean;
  readonly replace: boolean;
  readonly sets: boolean;
}

interface ExportOptions extends CommonOptions {
  readonly format: DatasetFormat;
  readonly out: string;
  readonly files: 'copy' | 'link';
  readonly sets: 'together' | 'folders';
}

/** With --connect paths are those of the other machine. */
const placed = ({ local }: Session, path: string) => (local ? resolve(path) : path);

function report({ format, rows, imported, ...done }: LabelImportReport): void {
  print(`${format}, ${plural(rows, 'row')}.`);
  if (imported > 0) print(`${plural(imported, 'picture')} imported first.`);
  const parts = [`${plural(done.labelled, 'picture')} labelled`];
  if (done.replaced > 0) parts.push(`${done.replaced} of them anew`);
  if (done.kept > 0) parts.push(`${done.kept} kept the label they had`);
  if (done.repeated > 0) parts.push(`${plural(done.repeated, 'row')} repeated`);
  if (done.problems.length > 0) parts.push(`${plural(done.problems.length, 'row')} to look at`);
  print(`${parts.join(', ')}.`);
  for (const [name, count] of Object.entries(done.labels))
    print(`  ${name}: ${count}${done.created.includes(name) ? ' (new label)' : ''}`);
  const sets = Object.entries(done.sets).filter(([, count]) => count > 0);
  if (sets.length > 0)
    print(`Put into sets: ${sets.map(([name, count]) => `${count} ${name}`).join(', ')}.`);
  for (const note of done.notes) complain(note);
  for (const { where, path, reason } of done.problems)
    complain(`${[where, path !== where && path].filter(Boolean).join(', ')}: ${reason}`);
}

async function importLabels(session: Session, file: string, options: ImportOptions) {
  const progress = createProgress(options);
  const stop = session.studio.subscribe((event) => {
    if (event.name === 'import.progress')
      progress.show({ what: 'Importing', unit: 'files', ...event.data });
  });
  try {
    const { pictures, newLabels, replace, sets } = options;
    const path = placed(session, file);
    return await session.studio.call('labels.import', {
      ...{ path, pictures, newLabels, replace, sets },
    });
  } finally {
    stop();
    progress.clear();
  }
}

export function labelsCommand(program: Command): void {
  const labels = program
    .command('labels')
    .description('take labels in from other programs, and give them out');
  addCommonOptions(labels.command('import <dir> <file>'))
    .description(
      'labels from CSV, JSON Lines, Label Studio, FiftyOne, COCO, folders named after labels, or an archive of them; pictures that they bring are imported first',
    )
    .option('--no-pictures', 'import no pictures: only those of the project get labels')
    .option('--no-new-labels', 'make no labels: report rows with labels that are not there')
    .option('--no-replace', 'leave pictures alone that have a label already')
    .option(
      '--sets',
      'put pictures that are in no set yet into the one (train, validation, test) that the file names',
      false,
    )
    .action((dir: string, file: string, options: ImportOptions) =>
      withProject(dir, options.connect, async (session) => {
        const done = await importLabels(session, file, options);
        if (options.json) printJson(done);
        else report(done);
      }),
    );
  addCommonOptions(labels.command('export <dir>'))
    .description('the labelled pictures as a table, or as a folder with the pictures in it')
    .addOption(new Option('--format <format>').choices(datasetFormat.options).makeOptionMandatory())
    .requiredOption('--out <path>', 'a file for csv and jsonl, else a folder that is to be made')
    .addOption(
      new Option('--files <how>', 'in a folder: copies of the pictures, or links to them')
        .choices(['copy', 'link'])
        .default('copy'),
    )
    .addOption(
      new Option('--sets <how>', 'in a folder: all together, or a folder for each set')
        .choices(['together', 'folders'])
        .default('together'),
    )
    .action((dir: string, { format, files, sets, ...options }: ExportOptions) =>
      withProject(dir, options.connect, async (session) => {
        const out = placed(session, options.out);
        const done = await session.studio.call('labels.export', { out, format, files, sets });
        if (options.json) printJson(done);
        else print(`${done.path} written (${plural(done.rows, 'picture')}).`);
        if (done.rejected.length === 0 && done.notes.length === 0) return;
        for (const note of done.notes) complain(note);
        if (done.rejected.length === 0) return;
        const reasons = done.rejected.map(({ path, reason }) => `${path}: ${reason}`);
        throw new StudioError(
          'refused',
          [`${plural(done.rejected.length, 'picture')} left out.`, ...reasons].join('\n'),
        );
      }),
    );
}
