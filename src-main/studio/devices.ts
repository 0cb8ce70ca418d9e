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

interface DeviceOfRun {
  readonly device: DeviceKind;
  /** Does it train in half precision? */
  readonly half: boolean;
  /** A sentence or two on what that is, and why it is not what was asked for; null where nothing is to be said. */
  readonly note: string | null;
}

const processor: DeviceOfRun = { device: 'cpu', half: false, note: null };

export interface Devices {
  known(again?: boolean): Promise<readonly Device[]>;
  /** What a run computes on, and how. @param wantsHalf in half precision, if it trains in that */
  forRun(choice: DeviceChoice, wantsHalf?: boolean): Promise<DeviceOfRun>;
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

  async function deviceOf(choice: DeviceChoice): Promise<DeviceOfRun> {
    const wanted = choice === 'auto' ? (await readPreferences()).device : choice;
    if (wanted === 'cpu') return processor;
    const devices = await known();
    const kind = wanted === 'auto' ? automaticDevice(devices) : wanted;
    if (kind === 'cpu') return processor;
    const found = devices.find((each) => each.kind === kind);
    if (found?.problem)
      return {
        ...processor,
        note: `${deviceTitles[kind]} cannot be used: ${found.problem}. It was trained on the processor instead.`,
      };
    const half = found?.trial?.half ?? false;
    return { device: kind, half, note: `Computed on ${found?.name ?? deviceTitles[kind]}.` };
  }

  return {
    known,
    async forRun(choice, wantsHalf = false) {
      const found = await deviceOf(choice);
      if (!wantsHalf) return { ...found, half: false };
      if (found.half) return found;
      const single = `${deviceTitles[found.device]} does not train in half precision: it was trained in single precision.`;
      return { ...found, note: found.note === null ? single : `${found.note} ${single}` };
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
