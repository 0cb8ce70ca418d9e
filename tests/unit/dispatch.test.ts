import { describe, expect, it } from 'vitest';
import { dispatcher } from '../../src-main/studio/dispatch.ts';
import type { Handlers } from '../../src-main/studio/handlers.ts';
import type { CallName } from '../../src-shared/contract.ts';
import { StudioError } from '../../src-shared/errors.ts';

const label = { id: 1, name: 'frog', colour: 1, count: 0, excluded: 0 };
const received: unknown[] = [];
const call = dispatcher({
  'labels.create': (input: unknown) => {
    received.push(input);
    return label;
  },
  'labels.merge': () => {
    throw new StudioError('not-found', 'Label 7 is not in this project.');
  },
} as unknown as Handlers);

/** As input comes from outside: anything. */
const send = (name: string, input: unknown) => call(name as CallName, input as never);
const refusal = async (name: string, input: unknown) => {
  const error: unknown = await send(name, input).then(
    () => 'it was not refused',
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(StudioError);
  const { code, message } = error as StudioError;
  return { code, message };
};

describe('a call', () => {
  it('reaches its function with the input that the schema has cleaned', async () => {
    expect(await send('labels.create', { name: '  frog ' })).toEqual(label);
    expect(received.at(-1)).toEqual({ name: 'frog' });
  });

  it('rejects with what the function threw', async () => {
    expect(await refusal('labels.merge', { from: 7, into: 1 })).toEqual({
      code: 'not-found',
      message: 'Label 7 is not in this project.',
    });
  });

  it.each(['labels.paint', 'toString', '__proto__', 'constructor', ''])(
    'is refused when there is none named “%s”',
    async (name) => {
      expect(await refusal(name, {})).toEqual({
        code: 'unknown-call',
        message: `There is no call named “${name}”.`,
      });
    },
  );

  it('is refused with the name of every field that does not fit, and never reaches its function', async () => {
    const before = received.length;
    const { code, message } = await refusal('labels.create', { name: ' ', colour: 11 });
    expect(code).toBe('invalid-input');
    expect(message).toMatch(
      /^labels\.create: “name” does not fit: .*; “colour” does not fit: .*\.$/,
    );
    expect((await refusal('labels.create', { name: 'a', color: 3 })).message).toContain('"color"');
    expect(
      (await refusal('labels.assign', { imageIds: [1, 'x'], labelId: null })).message,
    ).toContain('“imageIds.1”');
    expect(received).toHaveLength(before);
  });

  it.each([undefined, null, 'text', 7, []])('is refused when its input is %j', async (input) => {
    expect((await refusal('labels.create', input)).message).toMatch(
      /^labels\.create: the input does not fit/,
    );
  });

  it('names three faults at most and counts the rest', async () => {
    const imageIds = ['a', 'b', 'c', 'd', 'e'];
    const { message } = await refusal('labels.assign', { imageIds, labelId: null });
    expect(message).toMatch(/“imageIds\.2” does not fit: [^;]*, and 2 more\.$/);
  });
});
