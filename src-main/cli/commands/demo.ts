import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { resources } from '../../programs.ts';
import { sampleFolder } from '../../studio/sample.ts';
import { importImages } from '../follow.ts';
import { interruptible } from '../interrupt.ts';
import { plural, print } from '../output.ts';
import { createProgress } from '../progress.ts';
import { type Session, withProject, withStudio } from '../session.ts';
import { compareRuns } from './compare.ts';

interface Options {
  readonly json: boolean;
  readonly dir?: string;
  readonly again: boolean;
}

/** The sample pictures in a project of the person's choice. */
async function fill(session: Session, json: boolean): Promise<void> {
  const progress = createProgress({ json });
  await interruptible((signal) =>
    importImages(
      session,
      { sources: [join(resources, 'samples')], labels: 'folders' },
      (step) => progress.show({ what: 'Importing', unit: 'files', ...step }),
      signal,
    ),
  ).finally(() => progress.clear());
}

/** The usual sample project, which the studio fills by itself the first time. */
async function openSample({ studio }: Session, json: boolean): Promise<void> {
  const progress = createProgress({ json });
  const stop = studio.subscribe((event) => {
    if (event.name === 'import.progress') {
      progress.show({ what: 'Importing', unit: 'files', ...event.data });
    }
  });
  await studio.call('project.sample', {}).finally(() => {
    stop();
    progress.clear();
  });
}

async function tryOut(session: Session, options: Options): Promise<void> {
  const { project } = await session.studio.call('project.current', {});
  const { path, images, labelled, labels } = project!;
  if (!options.json) {
    print(
      `${plural(images, 'sample picture')} in ${path}: ${labelled} labelled as ${labels.map(({ name }) => name).join(', ')}.\n`,
    );
  }
  await compareRuns(session, { ...options, settings: {} });
  if (!options.json) print(`\nSee it in the studio: npm start -- "${path}"`);
}

export function demo(program: Command): void {
  program
    .command('demo')
    .description('train two recipes on the sample pictures and compare them')
    .option('--dir <dir>', 'where to make the project; in your own Graft folder if not given')
    .option('--again', 'train again what is trained already', false)
    .option('--json', 'write the comparison as JSON', false)
    .action((options: Options) => {
      if (options.dir === undefined) {
        return withStudio({ project: sampleFolder() }, async (session) => {
          await openSample(session, options.json);
          await tryOut(session, options);
        });
      }
      const verb = existsSync(join(resolve(options.dir), 'studio.db')) ? 'open' : 'create';
      return withProject(
        options.dir,
        undefined,
        async (session) => {
          await fill(session, options.json);
          await tryOut(session, options);
        },
        verb,
      );
    });
}
