/** This machine, and what the person has set on it. */
import { z } from 'zod';
import { device, deviceChoice, deviceKind } from '../devices.ts';
import { preferences } from '../preferences.ts';
import { runtimeBench } from '../runtime-bench.ts';
import { runtimeName } from '../runtimes.ts';
import {
  tensorflowBuild,
  tensorflowHere,
  tensorflowProgress,
  tensorflowState,
} from '../tensorflow.ts';
import { define, done, none } from './define.ts';

export const machineCalls = {
  // What the person has set, for all projects.
  'preferences.get': define(none, preferences),
  /** What is not given stays as it is. */
  'preferences.set': define(
    z.strictObject({
      shortcuts: z.record(z.string().max(60), z.array(z.string().min(1).max(40)).max(6)).optional(),
      advance: z.boolean().optional(),
      device: deviceChoice.optional(),
      runtime: runtimeName.optional(),
      featureLimit: z.int().nonnegative().optional(),
    }),
    preferences,
  ),
  /** What trainings can compute on: as they were when last tried, or tried now. */
  'devices.list': define(
    z.strictObject({ again: z.boolean().default(false) }),
    z.object({ devices: z.array(device), automatic: deviceKind }),
  ),
  /** What is installed of TensorFlow and whether it works (tried once, or `again`), and what can be installed. */
  'tensorflow.state': define(
    z.strictObject({ again: z.boolean().default(false) }),
    tensorflowState,
  ),
  /**
   * Starts an installation; follow `tensorflow.progress` and `tensorflow.log`, then `tensorflow.changed`. What is
   * installed stays until the new one is seen to work. Refused at once when this machine lacks what it needs.
   */
  'tensorflow.install': define(
    z.strictObject({
      /** The one that suits this machine when absent; with `from`, whether NVIDIA's libraries are brought too. */
      build: tensorflowBuild.optional(),
      /** A wheel, a folder of wheels, or a folder of libtensorflow on the studio's machine: nothing is downloaded. */
      from: z.string().optional(),
    }),
    done,
  ),
  'tensorflow.cancel': define(none, done),
  'tensorflow.remove': define(none, tensorflowState),
  /** How the runtimes compare at each recipe, as last measured here; measured now (minutes) when asked. */
  'runtimes.bench': define(
    z.strictObject({
      measure: z.boolean().default(false),
      /** The network to measure with; the best one there is when absent. */
      backbone: z.string().optional(),
    }),
    z.object({
      /** Null: never measured, or on another machine. */
      bench: runtimeBench.nullable(),
      /** Is the other runtime there to be chosen? */
      installed: z.boolean(),
    }),
  ),
  doctor: define(
    none,
    z.object({
      versions: z.record(z.string(), z.string()),
      runtimes: z.array(
        z.object({ name: z.string(), version: z.string(), devices: z.array(z.string()) }),
      ),
      /** Why the engine does not start, and so has no runtimes; null when it does. */
      problem: z.string().nullable(),
      /** Tried anew, and which of them is chosen where nobody does. */
      devices: z.array(device),
      automatic: deviceKind,
      tensorflow: tensorflowHere,
      threads: z.int(),
      memoryBytes: z.int(),
      home: z.string(),
    }),
  ),
} as const;

export const machineEvents = {
  /** A part of the measurement is done. */
  'runtimes.progress': z.object({ done: z.int(), total: z.int() }),
  'preferences.changed': preferences,
  'tensorflow.progress': tensorflowProgress,
  'tensorflow.log': z.object({ line: z.string() }),
  /** An installation has ended, or it was removed. */
  'tensorflow.changed': z.object({}),
} as const;
