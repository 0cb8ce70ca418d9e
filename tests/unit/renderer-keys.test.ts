import { describe, expect, it } from 'vitest';
import { matching } from '../../src-renderer/parts/matching.ts';
import { commandOf, howOf, type KeyPress } from '../../src-renderer/rooms/label/keys.ts';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});

describe('commandOf', () => {
  it.each([
    ['1', { do: 'assign', place: 1 }],
    ['9', { do: 'assign', place: 9 }],
    ['0', { do: 'clear' }],
    ['t', { do: 'find' }],
    ['Enter', { do: 'find' }],
    [' ', { do: 'open' }],
    ['/', { do: 'filter' }],
    ['N', { do: 'new-label' }],
    ['Escape', { do: 'back' }],
    ['ArrowDown', { do: 'step', step: 'down', how: 'only' }],
  ])('%s', (key, command) => expect(commandOf(press(key))).toEqual(command));

  it('takes Cmd for Ctrl', () => {
    for (const held of [{ ctrlKey: true }, { metaKey: true }]) {
      expect(commandOf(press('z', held))).toEqual({ do: 'undo' });
      expect(commandOf(press('Z', { ...held, shiftKey: true }))).toEqual({ do: 'redo' });
      expect(commandOf(press('y', held))).toEqual({ do: 'redo' });
      expect(commandOf(press('a', held))).toEqual({ do: 'all' });
    }
  });

  it('reads the digit row where digits need Shift, and leaves the signs on it alone', () => {
    expect(commandOf(press('é', { code: 'Digit2' }))).toEqual({ do: 'assign', place: 2 });
    expect(commandOf(press('à', { code: 'Digit0' }))).toEqual({ do: 'clear' });
    expect(commandOf(press('2', { code: 'Digit2', shiftKey: true }))).toEqual({
      do: 'assign',
      place: 2,
    });
    expect(commandOf(press('/', { code: 'Digit7', shiftKey: true }))).toEqual({ do: 'filter' });
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
