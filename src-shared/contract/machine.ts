/** This machine, and what the person has set on it. */
import { z } from 'zod';
import { device, deviceChoice, deviceKind } from '../devices.ts';
import { preferences } from '../preferences.ts';
import { define, none } from './define.ts';

export const machineCalls = {
  // What the person has set, for all projects.
  'preferences.get': define(none, preferences),
  /** What is not given stays as it is. */
  'preferences.set': define(
    z.strictObject({
      shortcuts: z.record(z.string().max(60), z.array(z.string().min(1).max(40)).max(6)).optional(),
      advance: z.boolean().optional(),
      device: deviceChoice.optional(),
      featureLimit: z.int().nonnegative().optional(),
    }),
    preferences,
  ),
  /** What trainings can compute on: as they were when last tried, or tried now. */
  'devices.list': define(
    z.strictObject({ again: z.boolean().default(false) }),
    z.object({ devices: z.array(device), automatic: deviceKind }),
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
      threads: z.int(),
      memoryBytes: z.int(),
      home: z.string(),
    }),
  ),
} as const;

export const machineEvents = {
  'preferences.changed': preferences,
} as const;
