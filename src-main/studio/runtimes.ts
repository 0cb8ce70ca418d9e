/** Which library computes a run, and how the two compare on this machine. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../../src-shared/errors.ts';
import { recipeNames } from '../../src-shared/recipes.ts';
import {
  type RuntimeBench,
  type RuntimePace,
  runtimeBench,
} from '../../src-shared/runtime-bench.ts';
import { type RuntimeChoice, type RuntimeName, runtimeNames } from '../../src-shared/runtimes.ts';
import { replaceFile } from '../atomic-file.ts';
import { readInstalled } from '../engine/runtimes/tensorflow/installation.ts';
import { home } from '../programs.ts';
import { bestBackbone } from './backbones.ts';
import type { Context } from './context.ts';
import type { Devices } from './devices.ts';
import type { Handlers } from './handlers.ts';
import { readPreferences } from './preferences.ts';
import { backboneFile } from './weight-folder.ts';

/** What is chosen for all runs, unless this one has a choice of its own. */
export const runtimeOf = async (choice: RuntimeChoice): Promise<RuntimeName> =>
  choice === 'auto' ? (await readPreferences()).runtime : choice;

/** What would compute it now: a library that is chosen and gone gives way to the other. */
export async function runtimeNow(choice: RuntimeChoice): Promise<RuntimeName> {
  const wanted = await runtimeOf(choice);
  return wanted === 'tensorflow' && !(await readInstalled()) ? 'onnxruntime' : wanted;
}

/**
 * Throws a StudioError where a run asks for a library that is not there. One that is chosen for all runs
 * and gone gives way to the other when a run starts, which is said.
 */
export async function demandRuntime(choice: RuntimeChoice): Promise<void> {
  if (choice !== 'tensorflow' || (await readInstalled())) return;
  throw new StudioError(
    'refused',
    'TensorFlow is not installed: install it with "graft tensorflow install", or train with ONNX Runtime.',
  );
}

/** In turns: a machine that is busy with something else for a while slows both. */
const rounds = 3;

const file = () => join(home(), 'runtimes.json');
const kept = z.object({ machine: z.string(), bench: runtimeBench });

/** What was measured elsewhere, or with another TensorFlow, says nothing here. */
const machine = async () =>
  [hostname(), cpus()[0]?.model ?? '', (await readInstalled())?.folder ?? ''].join('\n');

async function remembered(): Promise<RuntimeBench | null> {
  try {
    const found = kept.parse(JSON.parse(await readFile(file(), 'utf8')));
    return found.machine === (await machine()) ? found.bench : null;
  } catch {
    return null; // never measured, or written by another version
  }
}

export function runtimeCalls(
  { engine, emit, current }: Pick<Context, 'engine' | 'emit' | 'current'>,
  devices: Pick<Devices, 'forRun'>,
): Pick<Handlers, 'runtimes.bench'> {
  let measuring: Promise<RuntimeBench> | null = null;

  async function measure(named: string | undefined): Promise<RuntimeBench> {
    const backbone = await (named === undefined ? bestBackbone() : backboneFile(named));
    const { device } = await devices.forRun('auto');
    const total = recipeNames.length * rounds * runtimeNames.length;
    let done = 0;
    const paces: Record<string, Record<RuntimeName, RuntimePace[] | null>> = {};
    for (const recipe of recipeNames) {
      const found: Record<RuntimeName, RuntimePace[] | null> = { onnxruntime: [], tensorflow: [] };
      for (let round = 0; round < rounds; round++) {
        for (const runtime of runtimeNames) {
          emit({ name: 'runtimes.progress', data: { done: done++, total } });
          const job = { kind: 'paceRuntime', backbone, recipe, runtime, device } as const;
          // One that takes its process with it is no runtime to choose, and the others are measured all the same.
          const pace = found[runtime] && (await engine.run(job).catch(() => null));
          found[runtime] = pace && [...found[runtime]!, pace];
        }
      }
      paces[recipe] = found;
    }
    emit({ name: 'runtimes.progress', data: { done, total } });
    const bench = runtimeBench.parse({
      at: new Date().toISOString(),
      backbone: backbone.name,
      paces,
    });
    const text = JSON.stringify({ machine: await machine(), bench }, null, 2);
    await mkdir(home(), { recursive: true });
    await replaceFile(file(), (temporary) => writeFile(temporary, text));
    return bench;
  }

  return {
    'runtimes.bench': async ({ measure: wanted, backbone }) => {
      const installed = (await readInstalled()) !== null;
      if (!wanted) return { bench: await remembered(), installed };
      if (current()?.store.runs.inState('running').length) {
        throw new StudioError(
          'refused',
          'A run is being trained, which would slow what is measured: measure when it has ended.',
        );
      }
      measuring ??= measure(backbone).finally(() => {
        measuring = null;
      });
      return { bench: await measuring, installed };
    },
  };
}
