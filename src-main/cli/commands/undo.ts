import type { Command } from 'commander';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { withProject } from '../session.ts';

const turns = {
  undo: {
    about: 'take back what was done last: labels, marks, an import, a deleted run',
    done: 'Undone',
  },
  redo: { about: 'do again what was undone last', done: 'Done again' },
} as const;

function turnCommand(program: Command, way: keyof typeof turns): void {
  const { about, done } = turns[way];
  addCommonOptions(program.command(`${way} <dir>`))
    .description(about)
    .action((dir: string, options: CommonOptions) =>
      withProject(dir, options.connect, async ({ studio }) => {
        const { what } = await studio.call(`labels.${way}`, {});
        if (options.json) printJson({ what });
        else print(what === null ? `There is nothing to ${way}.` : `${done}: ${what}.`);
      }),
    );
}

export const undo = (program: Command): void => turnCommand(program, 'undo');
export const redo = (program: Command): void => turnCommand(program, 'redo');
