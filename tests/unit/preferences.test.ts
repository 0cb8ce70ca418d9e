import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { preferenceCalls } from '../../src-main/studio/preferences.ts';
import type { StudioEvent } from '../../src-shared/contract.ts';
import { temporaryFolder } from '../helpers/folders.ts';

async function newHome() {
  const home = join(await temporaryFolder(), 'home');
  process.env.GRAFT_HOME = home;
  const events: StudioEvent[] = [];
  const calls = preferenceCalls({ emit: (event) => events.push(event) });
  return { file: join(home, 'preferences.json'), calls, events };
}

it('keeps what was set and leaves the rest, also when two windows set at once', async () => {
  const { calls, events, file } = await newHome();
  expect(await calls['preferences.get']({})).toEqual({
    shortcuts: {},
    advance: true,
    device: 'auto',
    runtime: 'onnxruntime',
    featureLimit: 1e10,
  });
  await Promise.all([
    calls['preferences.set']({ advance: false }),
    calls['preferences.set']({ shortcuts: { undo: ['Ctrl+U'] } }),
  ]);
  const both = {
    shortcuts: { undo: ['Ctrl+U'] },
    advance: false,
    device: 'auto',
    runtime: 'onnxruntime',
    featureLimit: 1e10,
  };
  expect(await calls['preferences.get']({})).toEqual(both);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(both);
  expect(events.at(-1)).toEqual({ name: 'preferences.changed', data: both });
});

it('reads what a hand has damaged as far as it can', async () => {
  const { calls, file } = await newHome();
  await calls['preferences.set']({ advance: false });
  await writeFile(file, '{"advance": false, "shortcuts": "none", "of": "tomorrow"}');
  expect(await calls['preferences.get']({})).toEqual({
    shortcuts: {},
    advance: false,
    device: 'auto',
    runtime: 'onnxruntime',
    featureLimit: 1e10,
  });
  await writeFile(file, '{"advance": fal');
  expect(await calls['preferences.get']({})).toEqual({
    shortcuts: {},
    advance: true,
    device: 'auto',
    runtime: 'onnxruntime',
    featureLimit: 1e10,
  });
});
