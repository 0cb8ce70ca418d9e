import { type Action, actions } from './actions.ts';
import { type Chord, chordOf, digitOf, type KeyPress } from './chord.ts';

/** The keys of every action, and the action of every key. */
export interface Keymap {
  readonly keys: ReadonlyMap<string, readonly Chord[]>;
  readonly action: ReadonlyMap<Chord, string>;
}

/** The person's own keys by action, where they differ from the usual ones. */
export type OwnKeys = Readonly<Record<string, readonly Chord[]>>;

/** The person's own keys come first: a usual key that was given to another action is no longer its. */
export function keymapOf(own: OwnKeys = {}): Keymap {
  const action = new Map<Chord, string>();
  for (const { id } of actions)
    for (const chord of own[id] ?? []) if (!action.has(chord)) action.set(chord, id);
  for (const { id, keys } of actions) {
    if (own[id]) continue;
    for (const chord of keys) if (!action.has(chord)) action.set(chord, id);
  }
  const keys = new Map<string, readonly Chord[]>();
  for (const { id, keys: usual } of actions)
    keys.set(
      id,
      (own[id] ?? usual).filter((chord) => action.get(chord) === id),
    );
  return { keys, action };
}

/** The action of what was pressed; undefined when it has none. */
export function actionOf(press: KeyPress, keymap: Keymap): string | undefined {
  const chord = chordOf(press);
  const digit = digitOf(press);
  return (
    (chord === undefined ? undefined : keymap.action.get(chord)) ??
    (digit === undefined ? undefined : keymap.action.get(digit))
  );
}

const moving = /^(Ctrl\+)?(Shift\+)?(Arrow(Left|Right|Up|Down)|Home|End|Page(Up|Down)|Tab|Escape)$/;
/** The browser acts on these before the page is asked, or people count on what they do. */
const browser = /^Ctrl\+(Shift\+)?[CVXRTNWLQP]$|^F\d+$|^Shift\+F\d+$/;

/** Why this key cannot be given to anything; null when it can. */
export function refusal(chord: Chord): string | null {
  if (moving.test(chord)) return 'moves and leaves, everywhere';
  if (browser.test(chord)) return "is the browser's or the system's";
  return null;
}

/** The action that has this key and would lose it. */
export function holderOf(chord: Chord, besides: string, keymap: Keymap): Action | undefined {
  const id = keymap.action.get(chord);
  return id === undefined || id === besides ? undefined : actions.find((one) => one.id === id);
}

/** The person's keys after an action got this list; whoever had one of them has lost it. */
export function withKeys(own: OwnKeys, id: string, chords: readonly Chord[]): OwnKeys {
  const { keys } = keymapOf(own);
  const next: Record<string, readonly Chord[]> = {};
  for (const action of actions) {
    const had = keys.get(action.id)!;
    const has = action.id === id ? chords : had.filter((chord) => !chords.includes(chord));
    if (has.join(' ') !== action.keys.join(' ')) next[action.id] = has;
  }
  return next;
}
