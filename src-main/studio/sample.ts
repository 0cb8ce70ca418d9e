/** The sample project: pictures of emoji, labelled by their group, some left to be labelled by hand. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StudioEvent } from '../../src-shared/contract.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { projectsFolder, resources } from '../programs.ts';
import type { Handlers } from './handlers.ts';

type Needed = Pick<
  Handlers,
  'project.create' | 'project.open' | 'project.current' | 'images.import'
>;
type Subscribe = (listener: (event: StudioEvent) => void) => () => void;

export const sampleFolder = (): string => join(projectsFolder(), 'Sample pictures');

/** Made by the same calls as any other project, so that it shows what they do. */
export function sampleCalls(
  handlers: Needed,
  subscribe: Subscribe,
  pictures = join(resources, 'samples'),
): Pick<Handlers, 'project.sample'> {
  async function importFolder(folder: string): Promise<void> {
    const { importId } = await handlers['images.import']({
      sources: [folder],
      labels: 'folders',
      watch: false,
    });
    // An import's events come after the answer that names it.
    await new Promise<void>((resolve, reject) => {
      const unsubscribe = subscribe(({ name, data }) => {
        if (name !== 'import.finished' || data.importId !== importId) return;
        unsubscribe();
        if (data.error !== null) reject(new StudioError('refused', data.error));
        else if (data.report?.cancelled)
          reject(new StudioError('refused', 'The import of the sample pictures was stopped.'));
        else resolve();
      });
    });
  }

  return {
    'project.sample': async () => {
      const count = await countFiles(pictures);
      if (count === 0)
        throw new StudioError(
          'not-found',
          `The sample pictures are not in ${pictures}. Run “npm start” or “npm run demo” once to put them there.`,
        );
      const path = sampleFolder();
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
