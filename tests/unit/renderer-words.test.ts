import { describe, expect, it } from 'vitest';
import { bytes, duration, moment, pictures } from '../../src-renderer/parts/words.ts';
import { waitingWords } from '../../src-renderer/rooms/label/suggest/waiting.ts';

describe('words', () => {
  it('counts pictures', () => {
    expect([0, 1, 2, 12_345].map(pictures)).toEqual([
      '0 pictures',
      '1 picture',
      '2 pictures',
      '12,345 pictures',
    ]);
  });
  it('tells how long it takes, no more precisely than a guess may be', () => {
    expect([0.2, 40, 59.9, 185, 3600, 4800].map(duration)).toEqual([
      '1 s',
      '40 s',
      '1 min',
      '3 min',
      '1 h',
      '1 h 20 min',
    ]);
  });
  it('tells sizes', () => {
    expect([0, 731, 10_300, 4_230_000, 999_600, 123_456_789].map(bytes)).toEqual([
      '0 bytes',
      '731 bytes',
      '10.3 kB',
      '4.2 MB',
      '1 MB',
      '123 MB',
    ]);
  });
  it('tells days by their names where they have one', () => {
    const now = new Date(2026, 10, 23, 0, 10);
    expect(moment(new Date(2026, 10, 23, 0, 5).toISOString(), now)).toBe('today 00:05');
    expect(moment(new Date(2026, 10, 22, 23, 59).toISOString(), now)).toBe('yesterday 23:59');
    expect(moment(new Date(2026, 10, 3, 9, 30).toISOString(), now)).toBe('3 Nov 2026 09:30');
  });
});

it('says which labels groups wait for', () => {
  const newt = { name: 'newt', pictures: 2 };
  expect(waitingWords([newt])).toBe('Groups wait until newt has 5 pictures too; it has 2.');
  const three = ['eft', 'toad'].map((name) => ({ name, pictures: 1 }));
  expect(waitingWords([newt, ...three])).toBe(
    'Groups wait until newt, eft and toad have 5 pictures each.',
  );
});
