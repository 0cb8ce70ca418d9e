/** Labels as the classes that a classifier counts. */
import type { Labelled } from '../engine/protocol.ts';
import type { OpenProject } from './context.ts';

/** The labels of the moment, in the numbers that the engine counts classes by. */
export interface Classes {
  /** Label id of each class. */
  readonly labelIds: readonly number[];
  readonly labelled: Labelled;
}

/** @param least labels with fewer pictures are left out */
export const labelsWith = ({ store }: OpenProject, least: number): number[] =>
  store.labels.list().flatMap(({ id, count, excluded }) => (count - excluded >= least ? [id] : []));

/** @param least labels with fewer pictures are left out */
export function classesOf(project: OpenProject, least: number): Classes {
  const labelIds = labelsWith(project, least);
  const classOf = new Map(labelIds.map((id, index) => [id, index]));
  const { images } = project.store;
  const { ids, labels } = images.list({ label: labelIds, excluded: false }, 'imported');
  return {
    labelIds,
    labelled: {
      ids: Int32Array.from(ids),
      labels: Int32Array.from(labels, (label) => classOf.get(label)!),
      classes: labelIds.length,
    },
  };
}

/** The same, of labels by image id. */
export function classesAmong(labelOf: Int32Array, labelIds: readonly number[]): Classes {
  const classOf = new Int32Array(Math.max(0, ...labelIds) + 1).fill(-1);
  for (const [index, id] of labelIds.entries()) classOf[id] = index;
  const isOfOne = (label: number) => (classOf[label] ?? -1) >= 0;
  let count = 0;
  for (const label of labelOf) if (isOfOne(label)) count++;
  const ids = new Int32Array(count);
  const labels = new Int32Array(count);
  let at = 0;
  for (let id = 0; id < labelOf.length; id++) {
    if (!isOfOne(labelOf[id]!)) continue;
    ids[at] = id;
    labels[at++] = classOf[labelOf[id]!]!;
  }
  return { labelIds, labelled: { ids, labels, classes: labelIds.length } };
}
