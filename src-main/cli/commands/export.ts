import { type Command, Option } from 'commander';
import { StudioError } from '../../../src-shared/errors.ts';
import { writeHere } from '../fetch.ts';
import { addCommonOptions, type CommonOptions, positiveInteger } from '../options.ts';
import { fileSize, print, printJson } from '../output.ts';
import { type Session, withProject } from '../session.ts';

interface Options extends CommonOptions {
  readonly format?: 'onnx' | 'folder';
  readonly precision: 'exact' | 'fast';
  readonly out: string;
}

/** Without a format: a name that ends in .onnx is the file alone. */
const formatOf = ({ format, out }: Options) =>
  format ?? (out.toLowerCase().endsWith('.onnx') ? 'onnx' : 'folder');

async function exportModel(session: Session, id: number, options: Options) {
  const { precision, out } = options;
  const format = formatOf(options);
  if (!session.local && format === 'folder' && !/\.zip$/i.test(out))
    throw new StudioError(
      'invalid-input',
      'From another machine a model comes as one file: let --out end in .zip or .onnx.',
    );
  return writeHere(session, out, (path) =>
    session.studio.call('runs.export', { id, format, precision, out: path }),
  );
}

export function exportCommand(program: Command): void {
  addCommonOptions(
    program
      .command('export')
      .argument('<dir>')
      .argument('<run>', 'number of a finished run', positiveInteger),
  )
    .description('write a trained model to a file, or to a folder with a model card')
    .addOption(
      new Option(
        '--format <format>',
        'onnx: the file alone, as when the name ends so; folder: with a model card, labels and a program that uses it',
      ).choices(['onnx', 'folder']),
    )
    .addOption(
      new Option('--precision <precision>', 'fast: in 8 bits, after a fast run')
        .choices(['exact', 'fast'])
        .default('exact'),
    )
    .requiredOption('--out <path>', 'a file that ends in .onnx, else a new folder, or a .zip of it')
    .action((dir: string, run: number, options: Options) =>
      withProject(dir, options.connect, async (session) => {
        const written = await exportModel(session, run, options);
        if (options.json) printJson(written);
        else print(`${written.path} written (${fileSize(written.bytes)}).`);
      }),
    );
}
