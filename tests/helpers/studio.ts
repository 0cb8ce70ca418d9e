import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Engine } from '../../src-main/studio/context.ts';
import { createStudio } from '../../src-main/studio/studio.ts';
import type { EventName, Studio, StudioEvent } from '../../src-shared/contract.ts';
import type { ImportReport } from '../../src-shared/domain.ts';
import { temporaryFolder } from './folders.ts';

const noEngine: Engine = {
  run: () => Promise.reject(new Error('nothing is trained in this test')),
  close: () => Promise.resolve(),
};

/** A real studio with a new project, in temporary folders; closed when the running test ends. */
export async function studioWithProject(
  engine: Engine = noEngine,
): Promise<{ studio: Studio; folder: string }> {
  const folder = await temporaryFolder();
  process.env.GRAFT_HOME = join(folder, 'home');
  const studio = createStudio({ engine });
  onTestFinished(() => studio.close());
  const { path } = await studio.call('project.create', { path: join(folder, 'project') });
  return { studio, folder: path };
}

type Data<N extends EventName> = (StudioEvent & { name: N })['data'];

/** The data of the next event of this name that fits. */
export function nextEvent<N extends EventName>(
  studio: Studio,
  name: N,
  fits: (data: Data<N>) => boolean = () => true,
): Promise<Data<N>> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const unsubscribe = studio.subscribe((event) => {
    if (event.name !== name || !fits(event.data as Data<N>)) return;
    unsubscribe();
    resolve(event.data);
  });
  return promise as Promise<Data<N>>;
}

/** Imports and waits for the report; rejects when the import as a whole failed. */
export async function importAll(
  studio: Studio,
  sources: string[],
  labels: 'none' | 'folders' = 'none',
): Promise<ImportReport> {
  const finished = nextEvent(studio, 'import.finished');
  await studio.call('images.import', { sources, labels });
  const { report, error } = await finished;
  if (!report) throw new Error(error ?? 'no report');
  return report;
}
