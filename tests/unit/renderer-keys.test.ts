import { describe, expect, it } from 'vitest';
import { actions } from '../../src-renderer/keys/actions.ts';
import { capsOf, chordOf, type KeyPress } from '../../src-renderer/keys/chord.ts';
import { holderOf, keymapOf, refusal, withKeys } from '../../src-renderer/keys/keymap.ts';
import { matching } from '../../src-renderer/parts/matching.ts';
import { howOf, commandOf as meaning } from '../../src-renderer/rooms/label/keys.ts';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});

const usual = keymapOf();
const commandOf = (press: KeyPress, keymap = usual) => meaning(press, keymap);
const action = (name: string) => ({ do: 'action', action: name });

describe('commandOf', () => {
  it.each([
    ['1', { do: 'assign', place: 1 }],
    ['9', { do: 'assign', place: 9 }],
    ['0', action('clear')],
    ['t', action('find')],
    ['Enter', action('accept')],
    [' ', action('open')],
    ['/', action('filter')],
    ['N', action('new-label')],
    ['Escape', { do: 'back' }],
    ['ArrowDown', { do: 'step', step: 'down', how: 'only' }],
  ])('%s', (key, command) => expect(commandOf(press(key))).toEqual(command));

  it('takes Cmd for Ctrl', () => {
    for (const held of [{ ctrlKey: true }, { metaKey: true }]) {
      expect(commandOf(press('z', held))).toEqual(action('undo'));
      expect(commandOf(press('Z', { ...held, shiftKey: true }))).toEqual(action('redo'));
      expect(commandOf(press('y', held))).toEqual(action('redo'));
      expect(commandOf(press('a', held))).toEqual(action('all'));
    }
  });

  it('reads the digit row where digits need Shift, and leaves the signs on it alone', () => {
    expect(commandOf(press('é', { code: 'Digit2' }))).toEqual({ do: 'assign', place: 2 });
    expect(commandOf(press('à', { code: 'Digit0' }))).toEqual(action('clear'));
    expect(commandOf(press('2', { code: 'Digit2', shiftKey: true }))).toEqual({
      do: 'assign',
      place: 2,
    });
    expect(commandOf(press('/', { code: 'Digit7', shiftKey: true }))).toEqual(action('filter'));
    expect(commandOf(press('"', { code: 'Digit2', shiftKey: true }))).toBeUndefined();
  });

  it("leaves the browser's own keys to the browser", () => {
    for (const key of ['c', 'r', 'l', '1', 't', 'n'])
      expect(commandOf(press(key, { ctrlKey: true }))).toBeUndefined();
    expect(commandOf(press('ArrowLeft', { altKey: true }))).toBeUndefined();
    expect(commandOf(press('F5'))).toBeUndefined();
  });

  it('extends with Shift', () => {
    expect(commandOf(press('ArrowRight', { shiftKey: true }))).toMatchObject({ how: 'extend' });
    expect(howOf(true, true)).toBe('add-range');
    expect(howOf(true, false, false)).toBe('toggle');
  });
});

describe('the keymap', () => {
  it('gives no key to two actions', () => {
    const all = actions.flatMap(({ keys }) => keys);
    expect(all.filter((chord, index) => all.indexOf(chord) !== index)).toEqual([]);
    expect(all.filter((chord) => refusal(chord) !== null)).toEqual([]);
  });

  it('writes what was pressed, and prints it', () => {
    expect(chordOf(press('z', { ctrlKey: true, shiftKey: true }))).toBe('Ctrl+Shift+Z');
    expect(chordOf(press('?', { shiftKey: true }))).toBe('?');
    expect(chordOf(press(' ', { metaKey: true }))).toBe('Ctrl+Space');
    expect(chordOf(press('+', { shiftKey: true }))).toBe('Plus');
    expect(chordOf(press('Shift', { shiftKey: true }))).toBeUndefined();
    expect(capsOf('Ctrl+Plus')).toEqual(['Ctrl', '+']);
  });

  it('takes a key from where it was when the person gives it to another action', () => {
    const own = withKeys({}, 'new-label', ['T']);
    const keymap = keymapOf(own);
    expect(commandOf(press('t'), keymap)).toEqual(action('new-label'));
    expect(commandOf(press('n'), keymap)).toBeUndefined();
    expect(keymap.keys.get('find')).toEqual([]);
    expect(withKeys(withKeys(own, 'new-label', ['N']), 'find', ['T'])).toEqual({});
  });

  it('can leave an action without a key, and a label beyond the ninth with one', () => {
    const own = withKeys(withKeys({}, 'import', []), 'label-12', ['Q']);
    expect(own).toEqual({ import: [], 'label-12': ['Q'] });
    expect(commandOf(press('i'), keymapOf(own))).toBeUndefined();
    expect(commandOf(press('q'), keymapOf(own))).toEqual({ do: 'assign', place: 12 });
  });

  it('says whose a key is, and which ones nobody can have', () => {
    expect(holderOf('Ctrl+Z', 'clear', usual)?.id).toBe('undo');
    expect(holderOf('Ctrl+Z', 'undo', usual)).toBeUndefined();
    expect(refusal('Shift+ArrowLeft')).not.toBeNull();
    expect(refusal('Ctrl+T')).not.toBeNull();
    expect(refusal('F')).toBeNull();
  });
});

describe('matching', () => {
  const names = ['frog', 'dragonfly', 'tree frog', 'afrog', 'fish'].map((name) => ({ name }));
  const find = (typed: string) => matching(names, typed).map(({ name }) => name);

  it('puts beginnings first, then words, then what contains it', () => {
    expect(find('FROG')).toEqual(['frog', 'tree frog', 'afrog']);
  });
  it('finds letters in order', () => expect(find('dgf')).toEqual(['dragonfly']));
  it('leaves all as they are when nothing is typed', () => {
    expect(find('  ')).toEqual(names.map(({ name }) => name));
    expect(find('xyz')).toEqual([]);
  });
});
