/** Folders that were imported: looked at again when the project opens, and watched while it is open. */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { StudioError } from '../../src-shared/errors.ts';
import { fileReason } from '../images/format.ts';
import { type Changed, type FolderWatch, watchFolder } from '../images/watch.ts';
import type { SourceRow } from '../store/sources.ts';
import type { Context, OpenProject } from './context.ts';
import type { Handlers } from './handlers.ts';
import { runImport } from './import-run.ts';
import { markMissing } from './missing.ts';

type Calls = Pick<Handlers, 'sources.list' | 'sources.watch' | 'sources.look' | 'sources.forget'>;

/** What there is to a source only while its project is open. */
interface Following {
  watch: FolderWatch | null;
  /** Why it is not found or not watched; null when all is well. */
  problem: string | null;
}

/** @param options.watches false for a studio that is opened for one command */
export function sourceCalls(context: Context, options: { readonly watches: boolean }): Calls {
  const followed = new Map<number, Following>();
  /** One look after the other. */
  let looking: Promise<void> = Promise.resolve();
  let ending = new AbortController();

  context.onOpen((project) => {
    ending = new AbortController();
    project.onClose(async () => {
      ending.abort();
      for (const { watch } of followed.values()) watch?.close();
      followed.clear();
      await looking;
    });
    if (options.watches) void followAll(project);
  });
  // A folder that was just imported is followed from then on; one whose import was undone no longer.
  context.onSources((project, { look }) => {
    const there = new Set(
      project.store.sources.list().flatMap((one) => (one.watched ? [one.id] : [])),
    );
    for (const id of followed.keys()) if (!there.has(id)) unfollow(id);
    if (options.watches) void followAll(project, { look });
    context.emit({ name: 'sources.changed', data: {} });
  });

  async function followAll(project: OpenProject, { look: first = true } = {}): Promise<void> {
    for (const source of project.store.sources.list()) {
      if (!source.watched || followed.has(source.id)) continue;
      followed.set(source.id, { watch: null, problem: null });
      if (first) await look(project, source);
      await follow(project, source);
    }
  }

  async function follow(project: OpenProject, source: SourceRow): Promise<void> {
    const state = followed.get(source.id);
    if (!state || state.watch) return;
    try {
      const watch = await watchFolder(source.path, (places) => void look(project, source, places));
      if (followed.get(source.id) === state) state.watch = watch;
      else watch.close();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      state.problem ??= `${why} It is looked at whenever Graft comes to the front.`;
    }
    if (context.current() === project) context.emit({ name: 'sources.changed', data: {} });
  }

  /**
   * What is new is imported, what moved is found, what is gone is marked.
   * @param places where something changed; everywhere when not given
   */
  function look(project: OpenProject, source: SourceRow, places: Changed = null): Promise<void> {
    looking = looking.then(async () => {
      if (context.current() !== project) return;
      try {
        await lookNow(project, source, places);
      } catch (error) {
        console.warn(`Looking at ${source.path}:`, error);
      }
      if (context.current() === project) context.emit({ name: 'sources.changed', data: {} });
    });
    return looking;
  }

  async function lookNow(
    project: OpenProject,
    { id, path, labels }: SourceRow,
    places: Changed,
  ): Promise<void> {
    const state = followed.get(id);
    try {
      if (!(await stat(path)).isDirectory()) return;
      if (state?.watch) state.problem = null;
    } catch (error) {
      if (state) state.problem = `It cannot be read: ${fileReason(error)}.`;
      if ((await markMissing(project, path, new Set())) > 0) tellImages();
      return;
    }
    const importId = randomUUID();
    const order = {
      importId,
      byFolder: labels === 'folders',
      quiet: true,
      ...(places ? { sources: places, within: path } : { sources: [path] }),
    };
    const { report } = await runImport(context, project, order, ending.signal);
    if (report.imported > 0)
      context.emit({
        name: 'import.finished',
        data: { importId, report, error: null, undoable: false },
      });
    // It may be back only now.
    if (state && !state.watch) await follow(project, { id, path, labels, watched: true });
  }

  function tellImages(): void {
    context.emit({ name: 'images.changed', data: {} });
    context.changed();
  }

  function find(id: number): SourceRow {
    const source = context
      .project()
      .store.sources.list()
      .find((one) => one.id === id);
    if (!source) throw new StudioError('not-found', `There is no folder ${id} in this project.`);
    return source;
  }

  function unfollow(id: number): void {
    followed.get(id)?.watch?.close();
    followed.delete(id);
  }

  const list: Calls['sources.list'] = () => {
    const { sources } = context.project().store;
    return {
      sources: sources.list().map((source) => ({
        ...source,
        ...sources.counts(source.path),
        problem: followed.get(source.id)?.problem ?? null,
      })),
    };
  };

  return {
    'sources.list': list,
    'sources.watch': ({ id, watched }) => {
      const project = context.project();
      find(id);
      project.store.sources.setWatched(id, watched);
      unfollow(id);
      if (watched && options.watches) void followAll(project);
      return list({});
    },
    'sources.look': async ({ id }) => {
      const project = context.project();
      const chosen =
        id === undefined
          ? project.store.sources.list().filter((one) => followed.get(one.id)?.problem)
          : [find(id)];
      for (const source of chosen) await look(project, source);
      return list({});
    },
    'sources.forget': ({ id }) => {
      find(id);
      unfollow(id);
      context.project().store.sources.remove(id);
      return list({});
    },
  };
}
