import type { Chord } from './chord.ts';

export interface Action {
  /** Never changed: a person's own keys are kept under it. */
  readonly id: string;
  readonly words: string;
  /** What it has until the person gives it others. */
  readonly keys: readonly Chord[];
}

export interface ActionGroup {
  readonly title: string;
  readonly actions: readonly Action[];
}

/** How many labels can have a key of their own; the first nine have one from the start. */
export const labelKeys = 20;

const labels: readonly Action[] = Array.from({ length: labelKeys }, (_, index) => ({
  id: `label-${index + 1}`,
  words: `Give label ${index + 1} of the list`,
  keys: index < 9 ? [String(index + 1)] : [],
}));

const label = [
  { id: 'clear', words: 'Take the label away', keys: ['0'] },
  { id: 'find', words: 'Find a label by its name, or make one', keys: ['T'] },
  { id: 'accept', words: 'Accept the suggestion, or find a label', keys: ['Enter'] },
  { id: 'group', words: 'Look at pictures that seem to be of one label', keys: ['R'] },
  { id: 'new-label', words: 'New label', keys: ['N'] },
  { id: 'unsure', words: 'Unsure, or sure again', keys: ['U'] },
  { id: 'exclude', words: 'Exclude, or take back in', keys: ['X'] },
  { id: 'note', words: 'Write a note', keys: ['W'] },
  { id: 'undo', words: 'Undo', keys: ['Ctrl+Z'] },
  { id: 'redo', words: 'Redo', keys: ['Ctrl+Shift+Z', 'Ctrl+Y'] },
  { id: 'history', words: 'History of the project', keys: ['H'] },
] as const satisfies readonly Action[];

const select = [
  { id: 'toggle', words: 'Select one more, or one less', keys: ['Ctrl+Space'] },
  { id: 'all', words: 'Select all that are shown', keys: ['Ctrl+A'] },
  { id: 'piles', words: 'Sort the selection into piles', keys: ['P'] },
] as const satisfies readonly Action[];

const look = [
  { id: 'open', words: 'Open large, and close again', keys: ['Space'] },
  { id: 'focus', words: 'Focus on one picture, and back', keys: ['F'] },
  { id: 'map', words: 'Map of all pictures, and back', keys: ['Shift+M'] },
  { id: 'filter', words: 'Filter by name or label', keys: ['/'] },
  { id: 'filters', words: 'All filters', keys: ['Shift+F'] },
  { id: 'save-view', words: 'Save the filter as a view', keys: ['Shift+S'] },
  { id: 'similar', words: 'Find similar pictures', keys: ['S'] },
  { id: 'useful', words: 'Most useful to label next', keys: ['M'] },
  { id: 'review', words: 'Review labels, copies and outliers', keys: ['V'] },
  { id: 'import', words: 'Import pictures', keys: ['I'] },
] as const satisfies readonly Action[];

/** In the large view and the focus mode. */
const view = [
  { id: 'zoom-in', words: 'Zoom in', keys: ['Plus', '='] },
  { id: 'zoom-out', words: 'Zoom out', keys: ['-'] },
  { id: 'fit', words: 'Fit, or actual size', keys: ['Z'] },
  { id: 'box', words: 'Zoom into a box', keys: ['B'] },
  { id: 'rotate-left', words: 'Turn left', keys: ['['] },
  { id: 'rotate-right', words: 'Turn right', keys: [']'] },
  { id: 'contrast', words: 'Stretch the contrast', keys: ['C'] },
] as const satisfies readonly Action[];

const anywhere = [
  { id: 'palette', words: 'Search or do anything', keys: ['Ctrl+K'] },
  { id: 'keys', words: 'This sheet', keys: ['?'] },
] as const satisfies readonly Action[];

/**
 * Everything that has a key, and the sheet behind `?`. A new one is a line here and, if it belongs to the
 * Label room, a function in rooms/label/room.svelte.ts. No key is there twice.
 */
export const actionGroups: readonly ActionGroup[] = [
  { title: 'Label', actions: [...labels, ...label] },
  { title: 'Select', actions: select },
  { title: 'Look', actions: look },
  { title: 'Look closer', actions: view },
  { title: 'Anywhere', actions: anywhere },
];

/** What the Label room does beside giving the labels of its list. */
export type RoomAction = (typeof label | typeof select | typeof look)[number]['id'];
export type ViewAction = (typeof view)[number]['id'];
export type ActionId = RoomAction | ViewAction | (typeof anywhere)[number]['id'];

export const actions: readonly Action[] = actionGroups.flatMap((group) => group.actions);

/** 3 for `label-3`; undefined for what gives no label. */
export function labelPlace(id: string): number | undefined {
  const place = /^label-(\d+)$/.exec(id)?.[1];
  return place === undefined ? undefined : Number(place);
}
