/** Fingerprints for pictures that were imported before there were any. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context, OpenProject } from './context.ts';

export interface Fingerprinting {
  /** Resolves when every picture whose file is there has a fingerprint. Never rejects. */
  whole(): Promise<void>;
}

export function fingerprinting(context: Context): Fingerprinting {
  let running: { readonly project: OpenProject; readonly ended: Promise<void> } | null = null;

  async function make(project: OpenProject): Promise<void> {
    const { store, path: root } = project;
    for (const id of store.fingerprints.lacking()) {
      const { path, sha256 } = store.images.get(id);
      try {
        const { size, mtimeMs } = await stat(path);
        const found = await context.inspectors.inspect(path, join(root, 'thumbnails'));
        if (context.current() !== project) return;
        // Another file by now: its own import tells of it.
        if (found.sha256 !== sha256) continue;
        store.transaction(() => {
          store.images.add({ path, ...found, bytes: size, modifiedMs: mtimeMs });
          store.fingerprints.set(id, found.fingerprint);
        });
      } catch {
        if (context.current() !== project) return;
        // Gone or out of reach: an import that finds it again makes up for it.
      }
    }
  }

  return {
    whole() {
      const project = context.current();
      if (!project) return Promise.resolve();
      if (running?.project !== project) {
        const ended = make(project).finally(() => {
          running = null;
        });
        running = { project, ended };
      }
      return running.ended;
    },
  };
}
