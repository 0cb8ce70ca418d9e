/** What this machine can compute on: tried once, kept in the user's own folder, tried again when asked. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  automaticDevice,
  type Device,
  type DeviceChoice,
  type DeviceKind,
  device,
  deviceKinds,
  deviceTitles,
} from '../../src-shared/devices.ts';
import { toErrorReply } from '../../src-shared/errors.ts';
import { replaceFile } from '../atomic-file.ts';
import { home, version } from '../programs.ts';
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';
import { readPreferences } from './preferences.ts';

const file = () => join(home(), 'devices.json');
const kept = z.object({ machine: z.string(), devices: z.array(device) });

/** Another machine, version or driver is tried anew. */
const machine = () =>
  [version, hostname(), cpus()[0]?.model, process.env.VK_DRIVER_FILES, process.env.VK_ICD_FILENAMES]
    .map((each) => each ?? '')
    .join('\n');

export interface Devices {
  known(again?: boolean): Promise<readonly Device[]>;
  /** What a run computes on, and a sentence where that is otherwise than asked. */
  forRun(
    choice: DeviceChoice,
  ): Promise<{ readonly device: DeviceKind; readonly note: string | null }>;
}

export function knownDevices({ engine }: Pick<Context, 'engine'>): Devices {
  let trying: Promise<readonly Device[]> | null = null;

  async function tryAll(thorough: boolean): Promise<readonly Device[]> {
    const devices: Device[] = [];
    let complete = true;
    // One after the other: each has the machine for itself.
    for (const kind of deviceKinds) {
      try {
        devices.push(await engine.run({ kind: 'tryDevice', device: kind, thorough }));
      } catch (error) {
        // Its driver took the process with it, or there is none: the next time it is tried again.
        complete = false;
        const problem = toErrorReply(error).message;
        const unknown = { memoryBytes: null, software: false, trial: null };
        devices.push({ kind, name: deviceTitles[kind], ...unknown, problem });
      }
    }
    if (complete) {
      await mkdir(home(), { recursive: true });
      const text = JSON.stringify({ machine: machine(), devices }, null, 2);
      await replaceFile(file(), (temporary) => writeFile(temporary, text));
    }
    return devices;
  }

  async function remembered(): Promise<readonly Device[] | null> {
    try {
      const found = kept.parse(JSON.parse(await readFile(file(), 'utf8')));
      return found.machine === machine() ? found.devices : null;
    } catch {
      return null; // never tried, or written by another version
    }
  }

  async function known(again = false): Promise<readonly Device[]> {
    if (!again && !trying) {
      const before = await remembered();
      if (before) return before;
    }
    trying ??= tryAll(again).finally(() => {
      trying = null;
    });
    return trying;
  }

  return {
    known,
    async forRun(choice) {
      const wanted = choice === 'auto' ? (await readPreferences()).device : choice;
      if (wanted === 'cpu') return { device: 'cpu', note: null };
      const devices = await known();
      const kind = wanted === 'auto' ? automaticDevice(devices) : wanted;
      const found = devices.find((each) => each.kind === kind);
      if (kind === 'cpu') return { device: 'cpu', note: null };
      if (found?.problem)
        return {
          device: 'cpu',
          note: `${deviceTitles[kind]} cannot be used: ${found.problem}. It was trained on the processor instead.`,
        };
      return { device: kind, note: `Computed on ${found?.name ?? deviceTitles[kind]}.` };
    },
  };
}

export function deviceCalls(devices: Devices): Pick<Handlers, 'devices.list'> {
  return {
    'devices.list': async ({ again }) => {
      const found = await devices.known(again);
      return { devices: [...found], automatic: automaticDevice(found) };
    },
  };
}
