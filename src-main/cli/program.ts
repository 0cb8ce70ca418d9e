/** All commands, and what becomes of their errors. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { StudioError, toErrorReply } from '../../src-shared/errors.ts';
import { root } from '../programs.ts';
import { advise } from './commands/advise.ts';
import { backbones } from './commands/backbones.ts';
import { cache } from './commands/cache.ts';
import { compareCommand } from './commands/compare.ts';
import { demo } from './commands/demo.ts';
import { doctor } from './commands/doctor.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { init } from './commands/init.ts';
import { labelCommand } from './commands/label.ts';
import { labelsCommand } from './commands/labels.ts';
import { next } from './commands/next.ts';
import { predict } from './commands/predict.ts';
import { report } from './commands/report.ts';
import { review } from './commands/review.ts';
import { serveCommand } from './commands/serve.ts';
import { similar } from './commands/similar.ts';
import { status } from './commands/status.ts';
import { suggest } from './commands/suggest.ts';
import { tensorflow } from './commands/tensorflow.ts';
import { trainCommand } from './commands/train.ts';
import { redo, undo } from './commands/undo.ts';
import { Interrupted, interruptedExit } from './interrupt.ts';
import { complain } from './output.ts';

const commands = [
  init,
  importCommand,
  labelCommand,
  labelsCommand,
  undo,
  redo,
  status,
  suggest,
  next,
  similar,
  review,
  advise,
  trainCommand,
  compareCommand,
  predict,
  exportCommand,
  report,
  backbones,
  cache,
  tensorflow,
  doctor,
  serveCommand,
  demo,
];

function createProgram(): Command {
  const { version, description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
    description: string;
  };
  const program = new Command('graft')
    .description(description)
    .version(version)
    // Before the commands, which inherit it.
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, '')) });
  for (const add of commands) add(program);
  return program;
}

/** @returns the exit code. 0: done; 1: refused or failed; 2: wrong usage; 130: stopped by the person. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has written its sentence, or the help that was asked for, already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Interrupted) return interruptedExit;
    complain(toErrorReply(error).message);
    return error instanceof StudioError && error.code === 'invalid-input' ? 2 : 1;
  }
}
