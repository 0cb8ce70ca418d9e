import { resolve } from 'node:path';
import type { Command } from 'commander';
import { StudioError } from '../../../src-shared/errors.ts';
import { importImages } from '../follow.ts';
import { interruptible } from '../interrupt.ts';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { plural, print, printJson } from '../output.ts';
import { createProgress } from '../progress.ts';
import { type Session, withProject } from '../session.ts';

interface Options extends CommonOptions {
  readonly as: string;
}

async function labelNamed({ studio }: Session, name: string) {
  const { project } = await studio.call('project.current', {});
  const fold = (text: string) => text.normalize('NFC').trim().toLowerCase();
  const there = project!.labels.find((label) => fold(label.name) === fold(name));
  return { label: there ?? (await studio.call('labels.create', { name })), made: !there };
}

/** Labels files; those that are no pictures of the project yet are imported first. */
async function labelFiles(
  session: Session,
  given: readonly string[],
  options: Options,
  signal: AbortSignal,
) {
  const { studio } = session;
  // With --connect the paths are those of the other machine, as they were imported there.
  const paths = given.map((file) => (session.local ? resolve(file) : file));
  let { ids } = await studio.call('images.find', { paths });
  const unknown = paths.filter((_, index) => ids[index] === null);
  const rejected: { readonly path: string; readonly reason: string }[] = [];
  let imported = 0;
  if (unknown.length > 0) {
    if (!session.local)
      throw new StudioError(
        'not-found',
        `${unknown[0]} is not in this project. Import it first: graft import DIR FILE --connect URL.`,
      );
    const progress = createProgress(options);
    try {
      const report = await importImages(
        session,
        { sources: unknown, labels: 'none' },
        (step) => progress.show({ what: 'Importing', unit: 'files', ...step }),
        signal,
      );
      imported = report.imported;
      rejected.push(...report.rejected);
    } finally {
      progress.clear();
    }
    ({ ids } = await studio.call('images.find', { paths }));
  }
  const told = new Set(rejected.map(({ path }) => path));
  for (const [index, path] of paths.entries())
    if (ids[index] === null && !told.has(path))
      rejected.push({ path, reason: 'It is no picture of this project.' });
  const imageIds = [...new Set(ids.filter((id) => id !== null))];
  if (imageIds.length === 0) return { label: null, made: false, imageIds, imported, rejected };
  const { label, made } = await labelNamed(session, options.as);
  await studio.call('labels.assign', { imageIds, labelId: label.id });
  return { label, made, imageIds, imported, rejected };
}

export function labelCommand(program: Command): void {
  addCommonOptions(program.command('label <dir> <file...>'))
    .description('give pictures a label; files that are not in the project are imported first')
    .requiredOption('--as <name>', "the label's name; it is made if it is not there")
    .action((dir: string, files: string[], options: Options) =>
      withProject(dir, options.connect, (session) =>
        interruptible(async (signal) => {
          const done = await labelFiles(session, files, options, signal);
          const { label, made, imageIds, imported, rejected } = done;
          if (options.json) {
            printJson({
              label: label?.name ?? null,
              made,
              labelled: imageIds.length,
              imported,
              rejected,
            });
          } else if (label) {
            const first = imported > 0 ? `${plural(imported, 'picture')} imported first. ` : '';
            print(`${first}${plural(imageIds.length, 'picture')} labelled ${label.name}.`);
          }
          if (rejected.length > 0) {
            const reasons = rejected.map(({ path, reason }) => `${path}: ${reason}`);
            throw new StudioError(
              'refused',
              [`${plural(rejected.length, 'file')} could not be labelled.`, ...reasons].join('\n'),
            );
          }
        }),
      ),
    );
}
