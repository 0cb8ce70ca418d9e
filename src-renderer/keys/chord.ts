/** A key with what is held while it is pressed, as text: `Ctrl+Shift+Z`, `F`, `Space`, `Plus`. */
export type Chord = string;

/** The part of a KeyboardEvent that decides. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const named: Readonly<Record<string, string>> = { ' ': 'Space', '+': 'Plus' };
const alone = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead']);

/**
 * What was pressed. Ctrl and Cmd are the same; Shift counts with letters and named keys, not with signs,
 * which are somewhere else on every keyboard. Undefined for a held key alone, and with Alt, which is the
 * system's.
 */
export function chordOf(press: KeyPress): Chord | undefined {
  const { key } = press;
  if (press.altKey || alone.has(key)) return undefined;
  const isLetter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  const shift = press.shiftKey && (isLetter || key.length > 1 || key === ' ');
  const name = named[key] ?? (isLetter ? key.toUpperCase() : key);
  return [
    ...(press.ctrlKey || press.metaKey ? ['Ctrl'] : []),
    ...(shift ? ['Shift'] : []),
    name,
  ].join('+');
}

/** Where digits need Shift (AZERTY), the key of the digit row does without. */
export function digitOf(press: KeyPress): Chord | undefined {
  if (press.altKey || press.ctrlKey || press.metaKey || press.shiftKey) return undefined;
  return /^Digit(\d)$/.exec(press.code)?.[1];
}

const printed: Readonly<Record<string, string>> = {
  Plus: '+',
  '-': '−',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Delete: 'Del',
};

/** The caps that are pressed, as they are printed on a keyboard. */
export const capsOf = (chord: Chord): readonly string[] =>
  chord.split('+').map((cap) => printed[cap] ?? cap);

/** The same in one word, for a title or a menu: `Ctrl+Z`. */
export const inWords = (chord: Chord): string => capsOf(chord).join('+');
