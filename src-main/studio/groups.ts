/** Pictures that look alike to the network, to be labelled together after a look. */
import type { Said } from './said.ts';

const sureOfGroup = 0.9;
const mostOfGroup = 24;
const fewestOfGroup = 3;

interface Group {
  readonly labelId: number;
  readonly imageIds: number[];
}

/**
 * The surest of each label: the largest group first, and of those as large the one of which there are more.
 *
 * @param waits is this picture without a label by now, and not excluded?
 */
export function groupsOf(
  { surest, pictures: { ids }, labelOf }: Said,
  waits: (imageId: number) => boolean,
): readonly Group[] {
  const groups = new Map<number, Group & { sure: number }>();
  for (const place of surest(sureOfGroup)) {
    const labelId = labelOf(place);
    let group = groups.get(labelId);
    if (!group) {
      group = { labelId, imageIds: [], sure: 0 };
      groups.set(labelId, group);
    }
    group.sure++;
    // Few are looked up, however many there are.
    if (group.imageIds.length < mostOfGroup && waits(ids[place]!)) group.imageIds.push(ids[place]!);
  }
  return [...groups.values()]
    .filter(({ imageIds }) => imageIds.length >= fewestOfGroup)
    .toSorted((a, b) => b.imageIds.length - a.imageIds.length || b.sure - a.sure)
    .map(({ labelId, imageIds }) => ({ labelId, imageIds }));
}
