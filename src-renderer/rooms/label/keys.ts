import type { Step } from '../../pictures/grid-shape.ts';
import type { How } from './selection.ts';

/** What a key means in the Label room. */
export type Command =
  | { readonly do: 'step'; readonly step: Step; readonly how: How }
  | { readonly do: 'assign'; readonly place: number }
  | {
      readonly do:
        | 'clear'
        | 'find'
        | 'open'
        | 'toggle'
        | 'all'
        | 'undo'
        | 'redo'
        | 'filter'
        | 'new-label'
        | 'import'
        | 'back';
    };

/** The part of a KeyboardEvent that decides. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const stepOf: Readonly<Record<string, Step>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  PageUp: 'page-up',
  PageDown: 'page-down',
  Home: 'first',
  End: 'last',
};

const plain: Readonly<Record<string, Command>> = {
  '0': { do: 'clear' },
  Enter: { do: 'find' },
  t: { do: 'find' },
  ' ': { do: 'open' },
  n: { do: 'new-label' },
  i: { do: 'import' },
  '/': { do: 'filter' },
  Escape: { do: 'back' },
};

/** Ctrl and Cmd mean the same here. undefined: the key means nothing in this room. */
export function commandOf(press: KeyPress): Command | undefined {
  if (press.altKey) return undefined;
  const held = press.ctrlKey || press.metaKey;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const step = stepOf[key];
  if (step) return { do: 'step', step, how: howOf(held, press.shiftKey) };
  if (held) {
    if (key === 'z') return { do: press.shiftKey ? 'redo' : 'undo' };
    if (key === 'y') return { do: 'redo' };
    if (key === 'a') return { do: 'all' };
    if (key === ' ') return { do: 'toggle' };
    return undefined;
  }
  if (/^[1-9]$/.test(key)) return { do: 'assign', place: Number(key) };
  if (plain[key]) return plain[key];
  // Where digits need Shift (AZERTY), the key of the digit row does without.
  const digit = press.shiftKey ? undefined : /^Digit(\d)$/.exec(press.code)?.[1];
  if (digit === undefined) return undefined;
  return digit === '0' ? { do: 'clear' } : { do: 'assign', place: Number(digit) };
}

/** Does the control that has the focus need this key for itself: a letter in a field, Space on a button? */
export function isForControl(command: Command, key: string, focused: EventTarget | null): boolean {
  const isIn = (selector: string) =>
    focused instanceof Element && focused.closest(selector) !== null;
  if (isIn('input:not([type="range"]), textarea, select')) return true;
  if (command.do === 'step') return isIn('input');
  return (command.do === 'open' || key === 'Enter') && isIn('button, a, input');
}

/** How a click or an arrow with these keys held changes the selection. */
export function howOf(held: boolean, shift: boolean, byKey = true): How {
  if (held && shift) return 'add-range';
  if (shift) return 'extend';
  if (held) return byKey ? 'move' : 'toggle';
  return 'only';
}

export interface KeyGroup {
  readonly title: string;
  readonly keys: readonly { readonly press: readonly string[]; readonly words: string }[];
}

/** The sheet behind `?`. */
export const keySheet: readonly KeyGroup[] = [
  {
    title: 'Label',
    keys: [
      { press: ['1–9'], words: 'Give the label with this number' },
      { press: ['0'], words: 'Take the label away' },
      { press: ['T', 'Enter'], words: 'Find a label by its name, or make one' },
      { press: ['N'], words: 'New label' },
      { press: ['Ctrl+Z'], words: 'Undo' },
      { press: ['Ctrl+Shift+Z', 'Ctrl+Y'], words: 'Redo' },
    ],
  },
  {
    title: 'Move and select',
    keys: [
      { press: ['←', '→', '↑', '↓'], words: 'Move' },
      { press: ['Home', 'End'], words: 'First and last picture' },
      { press: ['Shift+arrow'], words: 'Extend the selection' },
      { press: ['Ctrl+Space', 'Ctrl+click'], words: 'Select one more, or one less' },
      { press: ['Ctrl+A'], words: 'Select all that are shown' },
    ],
  },
  {
    title: 'Look',
    keys: [
      { press: ['Space'], words: 'Open large, and close again' },
      { press: ['+', '−'], words: 'In the large view: zoom' },
      { press: ['F'], words: 'In the large view: fit, or actual size' },
      { press: ['/'], words: 'Filter' },
      { press: ['Esc'], words: 'One step back' },
    ],
  },
  {
    title: 'Anywhere',
    keys: [
      { press: ['I'], words: 'Import pictures' },
      { press: ['Ctrl+K'], words: 'Search or do anything' },
      { press: ['?'], words: 'This sheet' },
    ],
  },
];
