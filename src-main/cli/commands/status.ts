import type { Command } from 'commander';
import type { Project, Run } from '../../../src-shared/domain.ts';
import { recipes } from '../../../src-shared/recipes.ts';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { percent, plural, print, printJson, table } from '../output.ts';
import { withProject } from '../session.ts';

function statusText(project: Project, runs: readonly Run[]): string {
  const { train, validation, test } = project.split;
  const parts = [
    project.path,
    `${plural(project.images, 'picture')}, ${project.labelled.toLocaleString('en')} labelled.`,
  ];
  if (train + validation + test > 0) {
    parts.push(`Split: ${train} to train, ${validation} to validate, ${test} to test.`);
  }
  if (project.labels.length > 0) {
    parts.push(
      table(project.labels, [
        { title: 'Label', text: ({ name }) => name },
        { title: 'Pictures', text: ({ count }) => String(count), align: 'right' },
      ]),
    );
  }
  if (runs.length > 0) {
    parts.push(
      table(runs, [
        { title: 'Run', text: ({ id }) => String(id), align: 'right' },
        { title: 'Network', text: ({ backbone }) => backbone },
        { title: 'Recipe', text: ({ recipe }) => recipes[recipe].title },
        { title: 'State', text: ({ state }) => state },
        { title: 'Test', text: ({ test: result }) => (result ? percent(result.accuracy) : '–') },
      ]),
    );
  }
  return parts.join('\n\n');
}

export function status(program: Command): void {
  addCommonOptions(program.command('status <dir>'))
    .description("show a project's pictures, labels and runs")
    .action((dir: string, options: CommonOptions) =>
      withProject(dir, options.connect, async ({ studio }) => {
        const { project } = await studio.call('project.current', {});
        const { runs } = await studio.call('runs.list', {});
        if (options.json) printJson({ project, runs });
        else print(statusText(project!, runs));
      }),
    );
}
