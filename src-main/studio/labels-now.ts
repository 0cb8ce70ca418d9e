/** The labels to learn from, kept from one lesson to the next: to read all of them after every label is work that a key waits for. */
import { setImmediate as letOthersGo } from 'node:timers/promises';
import type { OpenProject } from './context.ts';

export interface LabelsNow {
  /** These pictures' labels or marks may be others now; null: all. */
  changed(imageIds: readonly number[] | null): void;
  /** By image id; 0 where there is none, or the picture is excluded. Read while calls are answered. */
  read(project: OpenProject): Promise<Int32Array>;
}

export function labelsNow(): LabelsNow {
  let labelOf = new Int32Array(0);
  /** Whose they are; none while they are read. */
  let of: OpenProject | undefined;
  /** What is to be read anew; null: all. */
  let stale: Set<number> | null = null;

  function put(id: number, label: number): void {
    if (id >= labelOf.length) {
      const longer = new Int32Array(Math.max(2 * labelOf.length, id + 1));
      longer.set(labelOf);
      labelOf = longer;
    }
    labelOf[id] = label;
  }

  async function readAll(project: OpenProject): Promise<void> {
    stale = new Set(); // what changes meanwhile is read once more
    labelOf = new Int32Array(0);
    for (const some of project.store.images.labelsInStretches()) {
      for (const [id, label] of some) put(id, label);
      await letOthersGo();
    }
  }

  return {
    changed(imageIds) {
      if (imageIds === null) stale = null;
      else for (const id of imageIds) stale?.add(id);
    },
    async read(project) {
      if (of !== project) stale = null;
      of = undefined; // what fails halfway is begun anew
      while (stale === null) await readAll(project);
      for (const id of stale) put(id, project.store.images.labelToLearn(id) ?? 0);
      stale.clear();
      of = project;
      return labelOf;
    },
  };
}
