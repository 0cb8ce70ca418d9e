/**
 * What is selected in a list, as every file manager has it: a set of ids, the cursor (where the keyboard
 * stands) and the anchor (from where Shift extends). Values, never changed in place.
 */
export interface Selection {
  readonly ids: ReadonlySet<number>;
  /** Index in the list; -1 while the list is empty. */
  readonly cursor: number;
  readonly anchor: number;
}

/** Plain click or arrow, with Shift, with Ctrl, with both, Ctrl and arrow. */
export type How = 'only' | 'extend' | 'toggle' | 'add-range' | 'move';

export const nothing: Selection = { ids: new Set(), cursor: -1, anchor: -1 };

/** The selection after the list's `index` was clicked or reached by a key; outside the list: as it was. */
export function choose(
  order: readonly number[],
  selection: Selection,
  index: number,
  how: How,
): Selection {
  const id = order[index];
  if (id === undefined) return selection;
  const anchor = selection.anchor < 0 ? index : selection.anchor;
  switch (how) {
    case 'only':
      return { ids: new Set([id]), cursor: index, anchor: index };
    case 'move':
      return { ...selection, cursor: index };
    case 'toggle': {
      const ids = new Set(selection.ids);
      if (!ids.delete(id)) ids.add(id);
      return { ids, cursor: index, anchor: index };
    }
    case 'extend':
      return { ids: new Set(between(order, anchor, index)), cursor: index, anchor };
    case 'add-range':
      return {
        ids: new Set([...selection.ids, ...between(order, anchor, index)]),
        cursor: index,
        anchor,
      };
  }
}

export function chooseAll(order: readonly number[], selection: Selection): Selection {
  return { ...selection, ids: new Set(order), cursor: Math.max(0, selection.cursor) };
}

/** After a rectangle was drawn over these places; `adding`: to what was selected before it was begun. */
export function swept(
  order: readonly number[],
  before: Selection,
  indices: readonly number[],
  adding: boolean,
): Selection {
  const ids = indices.map((index) => order[index]!);
  const cursor = indices.at(-1) ?? before.cursor;
  return {
    ids: new Set(adding ? [...before.ids, ...ids] : ids),
    cursor,
    anchor: indices[0] ?? cursor,
  };
}

/** The same pictures in a list that is new or in another order; what is not in it is let go. */
export function carryOver(
  before: readonly number[],
  after: readonly number[],
  selection: Selection,
): Selection {
  if (after.length === 0) return nothing;
  const { ids: chosen, cursor, anchor } = selection;
  const ids = new Set(chosen.size === 0 ? [] : after.filter((id) => chosen.has(id)));
  const at = after.indexOf(before[cursor] ?? -1);
  const anchored = after.indexOf(before[anchor] ?? -1);
  const there = Math.max(0, at);
  return { ids, cursor: there, anchor: anchored < 0 ? there : anchored };
}

/** The selected ids in the order of the list; the one under the cursor when none is selected. */
export function chosen(order: readonly number[], selection: Selection): readonly number[] {
  if (selection.ids.size === 0) return order.slice(selection.cursor, selection.cursor + 1);
  if (selection.ids.size === 1) return [...selection.ids];
  return order.filter((id) => selection.ids.has(id));
}

/**
 * The first index after `from` whose id passes, going round at the end; `from` itself is not looked at.
 * undefined when none passes.
 */
export function nextWhere(
  order: readonly number[],
  from: number,
  passes: (id: number) => boolean,
): number | undefined {
  for (let step = 1; step < order.length; step++) {
    const index = (from + step) % order.length;
    if (passes(order[index]!)) return index;
  }
  return undefined;
}

function between(order: readonly number[], a: number, b: number): readonly number[] {
  return order.slice(Math.min(a, b), Math.max(a, b) + 1);
}
