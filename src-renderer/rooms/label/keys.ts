import { labelPlace, type RoomAction } from '../../keys/actions.ts';
import type { KeyPress } from '../../keys/chord.ts';
import { actionOf, type Keymap } from '../../keys/keymap.ts';
import type { Step } from '../../pictures/grid-shape.ts';
import type { How } from './selection.ts';

/** What a key means in the Label room; `other`: an action of the page that the room may not know. */
export type Command =
  | { readonly do: 'step'; readonly step: Step; readonly how: How }
  | { readonly do: 'assign'; readonly place: number }
  | { readonly do: 'back' }
  | { readonly do: 'action'; readonly action: string };

export const stepOf: Readonly<Record<string, Step>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  PageUp: 'page-up',
  PageDown: 'page-down',
  Home: 'first',
  End: 'last',
};

/** Moving is as in every list and cannot be changed; the rest is as the keymap has it. */
export function commandOf(press: KeyPress, keymap: Keymap): Command | undefined {
  if (press.altKey) return undefined;
  const step = stepOf[press.key];
  if (step) return { do: 'step', step, how: howOf(press.ctrlKey || press.metaKey, press.shiftKey) };
  if (press.key === 'Escape') return { do: 'back' };
  const action = actionOf(press, keymap);
  if (action === undefined) return undefined;
  const place = labelPlace(action);
  return place === undefined ? { do: 'action', action } : { do: 'assign', place };
}

/** Does the control that has the focus need this key for itself: a letter in a field, Space on a button? */
export function isForControl(command: Command, key: string, focused: EventTarget | null): boolean {
  const isIn = (selector: string) =>
    focused instanceof Element && focused.closest(selector) !== null;
  if (isIn('input:not([type="range"], [type="checkbox"]), textarea, select')) return true;
  if (command.do === 'step') return isIn('input, [role="menu"], [role="radiogroup"]');
  return (key === ' ' || key === 'Enter') && isIn('button, a, input, summary');
}

/** How a click or an arrow with these keys held changes the selection. */
export function howOf(held: boolean, shift: boolean, byKey = true): How {
  if (held && shift) return 'add-range';
  if (shift) return 'extend';
  if (held) return byKey ? 'move' : 'toggle';
  return 'only';
}

/** What the sheet behind `?` says of the keys that cannot be changed. */
export const movingKeys: readonly {
  readonly press: readonly string[];
  readonly words: string;
}[] = [
  { press: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'], words: 'Move' },
  { press: ['Home', 'End'], words: 'First and last picture' },
  { press: ['Shift+ArrowRight', 'Shift+End'], words: 'Extend the selection' },
  { press: ['Escape'], words: 'One step back' },
];

/** Those of the label room that are also good where one picture is shown large. */
export const worksOnOne: ReadonlySet<RoomAction> = new Set<RoomAction>([
  'clear',
  'find',
  'accept',
  'undo',
  'redo',
  'unsure',
  'exclude',
  'note',
]);
