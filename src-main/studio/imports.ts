/** Imports go on in the background: started, followed by events, cancelled, ended with their project. */
import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, sep } from 'node:path';
import type { ImportReport } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { fileReason } from '../images/format.ts';
import type { SourceChange } from '../store/effects.ts';
import type { Context, OpenProject } from './context.ts';
import type { Handlers } from './handlers.ts';
import { type ImportOrder, runImport } from './import-run.ts';
import { absolute } from './project.ts';

export function importCalls(
  context: Context,
): Pick<Handlers, 'images.import' | 'images.cancelImport'> {
  const running = new Map<string, { readonly abort: AbortController; ended: Promise<void> }>();

  context.onOpen((project) => {
    project.onClose(async () => {
      const imports = [...running.values()];
      for (const { abort } of imports) abort.abort();
      await Promise.all(imports.map(({ ended }) => ended));
    });
  });

  async function follow(
    project: OpenProject,
    order: ImportOrder,
    signal: AbortSignal,
  ): Promise<void> {
    // The answer to the call goes out first: whoever asked knows the id before the first event.
    await new Promise((resolve) => setImmediate(resolve));
    let report: ImportReport | null = null;
    let undoable = false;
    let error: string | null = null;
    try {
      const imported = await runImport(context, project, order, signal);
      report = imported.report;
      const { operation } = imported;
      undoable = operation !== null && project.store.history.isLast(operation);
    } catch (problem) {
      error = problem instanceof Error ? problem.message : String(problem);
    }
    running.delete(order.importId);
    context.emit({
      name: 'import.finished',
      data: { importId: order.importId, report, error, undoable },
    });
  }

  /** Folders of other programs, that is: what lies in the project's own is put there by Graft. */
  function remember(
    project: OpenProject,
    folders: readonly string[],
    labels: 'none' | 'folders',
    watch: boolean,
  ): readonly SourceChange[] {
    const changes: SourceChange[] = [];
    for (const path of folders) {
      const isOwn = path === project.path || path.startsWith(project.path + sep);
      if (isOwn) continue;
      changes.push(project.store.sources.remember(path, labels, watch));
      context.sourcesChanged(project, { look: false });
    }
    return changes;
  }

  return {
    'images.import': async ({ sources, labels, watch }) => {
      const project = context.project();
      const paths = sources.map(absolute);
      const folders: string[] = [];
      for (const path of paths) if ((await statOf(path)).isDirectory()) folders.push(path);
      if (context.current() !== project)
        throw new StudioError('refused', 'The project was closed before the import had begun.');
      const sourceChanges = remember(project, folders, labels, watch);
      const importId = randomUUID();
      const abort = new AbortController();
      const byFolder = labels === 'folders';
      const from = paths.length === 1 ? basename(paths[0]!) : `${paths.length} places`;
      const order = { importId, sources: paths, byFolder, from, sourceChanges };
      running.set(importId, { abort, ended: follow(project, order, abort.signal) });
      return { importId };
    },
    // One that has ended meanwhile needs no cancelling.
    'images.cancelImport': ({ importId }) => {
      running.get(importId)?.abort.abort();
      return {};
    },
  };
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    throw new StudioError('not-found', `${path} cannot be imported: ${fileReason(error)}.`, {
      cause: error,
    });
  }
}
