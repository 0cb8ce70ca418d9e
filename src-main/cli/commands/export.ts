import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { replaceFile } from '../../atomic-file.ts';
import { addCommonOptions, type CommonOptions, positiveInteger } from '../options.ts';
import { fileSize, print, printJson } from '../output.ts';
import { type Session, withProject } from '../session.ts';

interface Options extends CommonOptions {
  readonly format: 'onnx';
  readonly precision: 'exact' | 'fast';
  readonly out: string;
}

async function exportModel(
  { studio, local }: Session,
  id: number,
  { format, precision, out }: Options,
) {
  const path = resolve(out);
  if (local) return studio.call('runs.export', { id, format, precision, out: path });
  const { bytes } = await studio.media(precision === 'fast' ? 'fast-model' : 'model', id);
  await replaceFile(path, (temporary) => writeFile(temporary, bytes));
  return { path, bytes: bytes.byteLength };
}

export function exportCommand(program: Command): void {
  addCommonOptions(
    program
      .command('export')
      .argument('<dir>')
      .argument('<run>', 'number of a finished run', positiveInteger),
  )
    .description('write a trained model to a file')
    .addOption(new Option('--format <format>').choices(['onnx']).default('onnx'))
    .addOption(
      new Option('--precision <precision>', 'fast: in 8 bits, after a fast run')
        .choices(['exact', 'fast'])
        .default('exact'),
    )
    .requiredOption('--out <file>', 'where to write it')
    .action((dir: string, run: number, options: Options) =>
      withProject(dir, options.connect, async (session) => {
        const written = await exportModel(session, run, options);
        if (options.json) printJson(written);
        else print(`${written.path} written (${fileSize(written.bytes)}).`);
      }),
    );
}
