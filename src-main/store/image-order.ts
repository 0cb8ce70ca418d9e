/**
 * Images in the order asked for. What an index gives in its order is read; the orders by group are made here from
 * those, in two passes, while SQLite would sort.
 */

/** Images in an order, by place. */
export interface Listed {
  readonly ids: Float64Array;
  /** 0: none. */
  readonly labels: Uint32Array;
  /** 1: it waits for a label, having neither one nor been excluded. */
  readonly waiting: Uint8Array;
}

const labelRoom = 2 ** 20;

/** All that is read of an image as one number, for a row of three columns takes three times as long to fetch. */
export const packed = `(images.id * ${labelRoom} + coalesce(images.label_id, 0)) * 2
  + (images.label_id IS NULL AND NOT images.excluded)`;

export function unpacked(rows: readonly number[]): Listed {
  const list = room(rows.length);
  for (const [place, row] of rows.entries()) {
    const half = Math.floor(row / 2);
    const id = Math.floor(half / labelRoom);
    list.ids[place] = id;
    list.labels[place] = half - id * labelRoom;
    list.waiting[place] = row - 2 * half;
  }
  return list;
}

/** Those of the lowest group first, and within a group as they were. @param groups from 0, of each place */
export function grouped(list: Listed, groups: ArrayLike<number>): Listed {
  const starts: number[] = [];
  for (let place = 0; place < groups.length; place++) {
    const next = groups[place]! + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let group = 0; group < starts.length; group++)
    starts[group] = (starts[group] ?? 0) + (starts[group - 1] ?? 0);
  const sorted = room(list.ids.length);
  for (let place = 0; place < groups.length; place++) {
    const to = starts[groups[place]!]!++;
    sorted.ids[to] = list.ids[place]!;
    sorted.labels[to] = list.labels[place]!;
    sorted.waiting[to] = list.waiting[place]!;
  }
  return sorted;
}

/** The place of each label among `order`; after all of them for none. */
export function ranksOf(order: readonly number[], labels: Uint32Array): Uint32Array {
  const ranks = new Map(order.map((label, rank) => [label, rank]));
  return labels.map((label) => ranks.get(label) ?? order.length);
}

const room = (count: number): Listed => ({
  ids: new Float64Array(count),
  labels: new Uint32Array(count),
  waiting: new Uint8Array(count),
});
