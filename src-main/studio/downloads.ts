/** Files that are made for a page or a terminal on another machine, and fetched from there. */
import { createReadStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { Download } from '../../src-shared/contract.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { safePath } from '../images/place.ts';
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';

/** An older one is gone when so many newer ones were asked for. */
const mostKept = 8;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.pdf': 'application/pdf',
  '.zip': 'application/zip',
};

export function downloads(context: Context): {
  readonly calls: Pick<Handlers, 'downloads.place'>;
  /** @throws StudioError `not-found` for one that is not there any more, or was never written */
  readonly open: (id: number) => Promise<Download>;
} {
  const places = new Map<number, { readonly folder: string; readonly name: string }>();
  let last = 0;
  const remove = (folder: string) =>
    rm(folder, { recursive: true, force: true }).catch((error: unknown) =>
      console.warn(`${folder} could not be cleaned away:`, error),
    );

  context.onOpen((project) => {
    // What a crash has left.
    const all = join(project.path, 'downloads');
    const cleaned = remove(all);
    project.onClose(async () => {
      places.clear();
      await cleaned;
      await remove(all);
    });
  });

  return {
    calls: {
      'downloads.place': async ({ name: wanted }) => {
        const { path } = context.project();
        last += 1;
        const id = last;
        // Never read again: a name from before a crash may be on its way out.
        const folder = join(path, 'downloads', `${process.pid}-${id}`);
        const name = safePath(wanted.replaceAll(/[\\/]/g, '_'))[0]!;
        await mkdir(folder, { recursive: true });
        places.set(id, { folder, name });
        for (const [old, place] of places) {
          if (old > id - mostKept) continue;
          places.delete(old);
          await remove(place.folder);
        }
        return { id, path: join(folder, name) };
      },
    },

    async open(id) {
      const place = places.get(id);
      const path = place && join(place.folder, place.name);
      const there = path ? await stat(path).catch(() => null) : null;
      if (!path || !there?.isFile())
        throw new StudioError('not-found', 'This download is not here any more: ask for it again.');
      return {
        type: types[extname(path).toLowerCase()] ?? 'application/octet-stream',
        fileName: place.name,
        bytes: there.size,
        stream: Readable.toWeb(createReadStream(path)) as Download['stream'],
      };
    },
  };
}
