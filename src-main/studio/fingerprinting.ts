/** Fingerprints for pictures that were imported before there were any, and all of them for the engine. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context, Engine, OpenProject } from './context.ts';

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

/** Read and sent together; a label that is given meanwhile waits for no more than these. */
const part = 2000;

/** Gives the engine all fingerprints for a review; returns how many. */
export async function handOver(engine: Engine, { store }: OpenProject): Promise<number> {
  let held = 0;
  let last = 0;
  for (;;) {
    const some = store.fingerprints.after(last, part);
    if (some.length === 0 && held > 0) return held;
    const answer = await engine.run({
      kind: 'fingerprints',
      isFirst: held === 0,
      ids: Int32Array.from(some, ({ id }) => id),
      cells: Buffer.concat(some.map(({ cells }) => cells)),
      colours: Buffer.concat(some.map(({ colours }) => colours)),
    });
    if (some.length === 0) return 0;
    held = answer.held;
    last = some.at(-1)!.id;
  }
}
