import type { Command } from 'commander';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { withProject } from '../session.ts';

export function init(program: Command): void {
  addCommonOptions(program.command('init <dir>'))
    .description('make a folder a project')
    .action((dir: string, options: CommonOptions) =>
      withProject(
        dir,
        options.connect,
        async ({ studio }) => {
          const { project } = await studio.call('project.current', {});
          if (options.json) printJson(project);
          else print(`${project?.path} is a project now.`);
        },
        'create',
      ),
    );
}
