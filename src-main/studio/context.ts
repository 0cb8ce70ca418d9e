/** What every use case works with: the open project, the engine, and a way to tell the doors. */
import { basename } from 'node:path';
import type { StudioEvent } from '../../src-shared/contract.ts';
import type { Project } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import type { EngineHost } from '../engine/host.ts';
import type { Inspectors } from '../images/inspectors.ts';
import type { Store } from '../store/store.ts';

/** What the studio uses of the engine; a test may bring its own. */
export type Engine = Pick<EngineHost, 'run' | 'close'>;

type Cleanup = () => void | Promise<void>;

export interface OpenProject {
  /** Its folder, absolute. */
  readonly path: string;
  readonly store: Store;
  /** Called before the store is closed, the latest registered first; the store still works then. */
  onClose(cleanup: Cleanup): void;
}

interface SourcesChanged {
  /** Are those that are followed from now on looked at first? Not when they are just being imported. */
  readonly look: boolean;
}

export interface Context {
  readonly engine: Engine;
  /** Processes that decode pictures, shared by everything that does. */
  readonly inspectors: Inspectors;
  emit(event: StudioEvent): void;
  /** @throws StudioError when no project is open. */
  project(): OpenProject;
  current(): OpenProject | null;
  /** The open project in numbers; null when none is open. */
  summary(): Project | null;
  /** Emits `project.changed` with these numbers, and returns them. */
  changed(): Project;
  /** Emits it when the call that is being answered has been. */
  changedSoon(): void;
  /** Called with every project right after it was opened. */
  onOpen(listener: (project: OpenProject) => void): void;
  /** Called when the list of folders that pictures come from has become another. */
  onSources(listener: (project: OpenProject, options: SourcesChanged) => void): void;
  /** Says so. */
  sourcesChanged(project: OpenProject, options: SourcesChanged): void;
  /** Closes the open project, if any, and makes this one the open one; null leaves none open. */
  replace(project: { readonly path: string; readonly store: Store } | null): Promise<void>;
}

export function createContext(services: Pick<Context, 'engine' | 'inspectors' | 'emit'>): Context {
  const { emit } = services;
  let open: (OpenProject & { readonly cleanups: Cleanup[] }) | null = null;
  const openListeners: ((project: OpenProject) => void)[] = [];
  const sourceListeners: ((project: OpenProject, options: SourcesChanged) => void)[] = [];

  const summary = () => open && summarise(open);

  function need(): OpenProject {
    if (!open) throw new StudioError('refused', 'Open or create a project first.');
    return open;
  }

  function changed(): Project {
    const project = summarise(need());
    emit({ name: 'project.changed', data: { project } });
    return project;
  }

  async function close(): Promise<void> {
    if (!open) return;
    const closing = open;
    open = null; // from here on no call finds it
    for (const cleanup of closing.cleanups.reverse()) {
      try {
        await cleanup();
      } catch (error) {
        // The others still have to clean up, and the next project is not to suffer for this one.
        console.error(`Closing ${closing.path}:`, error);
      }
    }
    closing.store.close();
  }

  return {
    ...services,
    summary,
    current: () => open,
    project: need,
    changed,
    changedSoon() {
      const then = open;
      setImmediate(() => {
        if (open !== null && open === then) changed();
      });
    },
    onOpen(listener) {
      openListeners.push(listener);
    },
    onSources(listener) {
      sourceListeners.push(listener);
    },
    sourcesChanged(project, options) {
      for (const listener of sourceListeners) listener(project, options);
    },
    async replace(next) {
      await close();
      if (next) {
        const cleanups: Cleanup[] = [];
        open = { ...next, cleanups, onClose: (cleanup) => cleanups.push(cleanup) };
      }
      emit({ name: 'project.changed', data: { project: summary() } });
      if (open) for (const listener of openListeners) listener(open);
    },
  };
}

function summarise({ path, store }: OpenProject): Project {
  const labels = store.labels.list();
  const images = store.images.count();
  const labelled = labels.reduce((sum, { count }) => sum + count, 0);
  const { unsure, excluded, unlabelled } = store.images.marked();
  return {
    path,
    name: basename(path),
    images,
    labelled,
    toGo: images - labelled - unlabelled,
    unsure,
    excluded,
    missing: store.images.missing(),
    labels,
    split: store.images.splitCounts(),
    undo: store.nextUndo(),
  };
}
