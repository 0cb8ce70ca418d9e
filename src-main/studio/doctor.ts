/** What this studio runs on: the first thing to look at when something is wrong. */
import { availableParallelism, totalmem } from 'node:os';
import sharp from 'sharp';
import { automaticDevice } from '../../src-shared/devices.ts';
import { toErrorReply } from '../../src-shared/errors.ts';
import { home, version } from '../programs.ts';
import { sqliteVersion } from '../store/database.ts';
import type { Context } from './context.ts';
import type { Devices } from './devices.ts';
import type { Handlers } from './handlers.ts';
import type { Tensorflow } from './tensorflow/calls.ts';

export function doctorCalls(
  context: Context,
  devices: Devices,
  tensorflow: Pick<Tensorflow, 'here'>,
): Pick<Handlers, 'doctor'> {
  return {
    doctor: async () => {
      const { runtimes, problem } = await context.engine.run({ kind: 'describe' }).then(
        ({ runtimes }) => ({ runtimes, problem: null }),
        // Just then the rest is worth knowing.
        (error: unknown) => ({ runtimes: [], problem: toErrorReply(error).message }),
      );
      // Without an engine there is nothing to try them with.
      const tried = problem === null ? await devices.known(true) : [];
      return {
        versions: {
          graft: version,
          node: process.versions.node,
          ...(process.versions.electron ? { electron: process.versions.electron } : {}),
          sqlite: sqliteVersion(),
          sharp: sharp.versions.sharp!,
          libvips: sharp.versions.vips,
        },
        runtimes: runtimes.map((runtime) => ({ ...runtime, devices: [...runtime.devices] })),
        problem,
        devices: [...tried],
        automatic: automaticDevice(tried),
        tensorflow: await tensorflow.here(true),
        threads: availableParallelism(),
        memoryBytes: totalmem(),
        home: home(),
      };
    },
  };
}
