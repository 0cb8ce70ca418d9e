import type { Command } from 'commander';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { fileSize, print, printJson, table } from '../output.ts';
import { withStudio } from '../session.ts';

export function doctor(program: Command): void {
  addCommonOptions(program.command('doctor'))
    .description('show versions, runtimes and devices')
    .action((options: CommonOptions) =>
      withStudio(options, async ({ studio }) => {
        const found = await studio.call('doctor', {});
        if (options.json) {
          printJson(found);
          return;
        }
        const lines: [string, string][] = [
          ...Object.entries(found.versions),
          ...found.runtimes.map(({ name, version, devices }): [string, string] => [
            name,
            `${version} on ${devices.join(', ')}`,
          ]),
          ...(found.problem ? [['engine', found.problem] satisfies [string, string]] : []),
          ['threads', String(found.threads)],
          ['memory', fileSize(found.memoryBytes)],
          ['home', found.home],
        ];
        print(
          table(lines, [
            { title: 'What', text: ([name]) => name },
            { title: 'Found', text: ([, value]) => value },
          ]),
        );
      }),
    );
}
