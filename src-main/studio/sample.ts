/** The sample project: pictures of emoji, labelled by their group, some left to be labelled by hand. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StudioEvent } from '../../src-shared/contract.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { home, resources } from '../programs.ts';
import type { Handlers } from './handlers.ts';

type Needed = Pick<
  Handlers,
  'project.create' | 'project.open' | 'project.current' | 'images.import'
>;
type Subscribe = (listener: (event: StudioEvent) => void) => () => void;

/** Made by the same calls as any other project, so that it shows what they do. */
export function sampleCalls(
  handlers: Needed,
  subscribe: Subscribe,
): Pick<Handlers, 'project.sample'> {
  async function importFolder(folder: string): Promise<void> {
    const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
    let importId: string | null = null;
    const early: StudioEvent[] = [];
    const hear = (event: StudioEvent) => {
      if (event.name !== 'import.finished') return;
      if (importId === null) early.push(event);
      else if (event.data.importId !== importId) return;
      else if (event.data.error !== null) reject(new StudioError('refused', event.data.error));
      else if (event.data.report?.cancelled)
        reject(new StudioError('refused', 'The import of the sample pictures was stopped.'));
      else resolve();
    };
    const unsubscribe = subscribe(hear);
    try {
      ({ importId } = await handlers['images.import']({ sources: [folder], labels: 'folders' }));
      early.forEach(hear);
      await finished;
    } finally {
      unsubscribe();
    }
  }

  return {
    'project.sample': async () => {
      const pictures = join(resources, 'samples');
      const count = await countFiles(pictures);
      if (count === 0)
        throw new StudioError(
          'not-found',
          `The sample pictures are not in ${pictures}. Run “npm start” or “npm run demo” once to put them there.`,
        );
      const path = join(home(), 'Sample pictures');
      const made = existsSync(join(path, 'studio.db'));
      const project = await handlers[made ? 'project.open' : 'project.create']({ path });
      // Not only when it is new: an import that was cut short goes on.
      if (project.images >= count) return project;
      await importFolder(pictures);
      return (await handlers['project.current']({})).project!;
    },
  };
}

async function countFiles(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}
