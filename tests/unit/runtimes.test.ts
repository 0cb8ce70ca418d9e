/** Which library computes a run: chosen for one, for all, and where it is not there. */
import { beforeEach, expect, it, vi } from 'vitest';
import { EngineEnded } from '../../src-main/engine/ended.ts';
import type { Job } from '../../src-main/engine/protocol.ts';
import type { Engine } from '../../src-main/studio/context.ts';
import { recipeNames } from '../../src-shared/recipes.ts';
import { fasterRuntime, type RuntimeBench } from '../../src-shared/runtime-bench.ts';
import { leaveCheckpoint } from '../helpers/checkpoint.ts';
import { shapesProject } from '../helpers/shapes-project.ts';
import { studioWithProject } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

// One that the person who runs the tests has.
beforeEach(() => {
  vi.stubEnv('GRAFT_TENSORFLOW', '');
});

it('is the one for all unless a run names another, and is recorded', async () => {
  const { engine, studio, start, startedJobs, runOf } = await shapesProject();
  await start();
  await startedJobs(1);
  expect(engine.started[0]!.job.runtime).toBe('onnxruntime');
  expect((await runOf(1))?.runtime).toBe('onnxruntime');
  engine.started[0]!.epoch(0.5);
  engine.started[0]!.finish(1);

  await studio.call('preferences.set', { runtime: 'tensorflow' });
  await start();
  await startedJobs(2);
  // Whether it is installed shows when it is loaded.
  expect(engine.started[1]!.job.runtime).toBe('tensorflow');
  expect((await runOf(2))?.runtime).toBe('tensorflow');
  engine.started[1]!.epoch(0.5);
  engine.started[1]!.finish(1);

  await start(1, { runtime: 'onnxruntime' });
  await startedJobs(3);
  expect(engine.started[2]!.job.runtime).toBe('onnxruntime');
});

it('is said of a run that goes on with another one, up to which epoch it was which', async () => {
  const { engine, studio, start, startedJobs, runOf } = await shapesProject();
  await start();
  await startedJobs(1);
  await leaveCheckpoint(engine.started[0]!.job.runFolder, 7);
  engine.started[0]!.fail('It crashed.');
  await until('it has failed', async () => (await runOf(1))?.state === 'failed');
  await studio.call('preferences.set', { runtime: 'tensorflow' });
  await studio.call('runs.resume', { id: 1 });
  await startedJobs(2);
  const first = 'It was interrupted after epoch 7; until then it was computed with ONNX Runtime.';
  expect(await runOf(1)).toMatchObject({ runtime: 'tensorflow', notes: [first] });
  await leaveCheckpoint(engine.started[1]!.job.runFolder, 9);
  engine.started[1]!.fail('It crashed again.');
  await until('it has failed again', async () => (await runOf(1))?.state === 'failed');
  await studio.call('preferences.set', { runtime: 'onnxruntime' });
  await studio.call('runs.resume', { id: 1 });
  await startedJobs(3);
  const then = 'It was interrupted after epoch 9; until then it was computed with TensorFlow.';
  expect((await runOf(1))?.notes).toEqual([first, then]);
});

it('is refused for a run that names one which is not installed, with the command that installs it', async () => {
  const { start } = await shapesProject();
  await expect(start(1, { runtime: 'tensorflow' })).rejects.toThrow('graft tensorflow install');
});

it('is recommended where it is faster over a whole run, and not where both are alike or rounds differ', () => {
  const slow = [0.02, 0.03].map((frozen) => ({ frozen, step: 0.1 }));
  const alike = { onnxruntime: slow, tensorflow: slow };
  const paces = Object.fromEntries(recipeNames.map((recipe) => [recipe, alike]));
  const bench: RuntimeBench = {
    ...{ at: '2026-11-28T12:00:00.000Z', backbone: 'mobilenet_v2' },
    paces: {
      ...(paces as RuntimeBench['paces']),
      // Ten epochs, each part at its best: 0.02 + 10 * 0.1 against 0.11 + 10 * 0.04.
      'fine-tune-top': {
        onnxruntime: slow,
        tensorflow: [
          { frozen: 0.11, step: 0.05 },
          { frozen: 0.12, step: 0.04 },
        ],
      },
      // Twice as fast at its best, and slower in one round.
      'fine-tune-all': {
        onnxruntime: slow,
        tensorflow: [
          { frozen: 0, step: 0.05 },
          { frozen: 0, step: 0.2 },
        ],
      },
      'from-scratch': { onnxruntime: slow, tensorflow: null },
    },
  };
  expect(fasterRuntime(bench, 'fine-tune-top')).toEqual({
    runtime: 'tensorflow',
    times: expect.closeTo(2, 5),
  });
  expect(fasterRuntime(bench, 'fine-tune-all')).toBe(null);
  expect(fasterRuntime(bench, 'feature-extraction')).toBe(null);
  expect(fasterRuntime(bench, 'from-scratch')).toBe(null);
});

it('is measured recipe by recipe, and remembered with its date', async () => {
  const seconds = { onnxruntime: 0.02, tensorflow: 0.01 } as const;
  const engine = {
    run: (async (job: Job) => {
      if (job.kind !== 'paceRuntime') throw new Error(`no ${job.kind} here`);
      if (job.recipe === 'from-scratch') throw new EngineEnded('failed', 'It crashed.');
      return { frozen: 0, step: seconds[job.runtime] };
    }) as Engine['run'],
    close: async () => {},
  };
  const { studio } = await studioWithProject(engine);
  expect(await studio.call('runtimes.bench', {})).toEqual({ bench: null, installed: false });
  const { bench } = await studio.call('runtimes.bench', {
    ...{ measure: true, backbone: 'mobilenet_v2' },
  });
  expect(fasterRuntime(bench!, 'fine-tune-all')).toEqual({ runtime: 'tensorflow', times: 2 });
  expect(bench!.paces['from-scratch']).toEqual({ onnxruntime: null, tensorflow: null });
  expect(Date.parse(bench!.at)).toBeLessThanOrEqual(Date.now());
  expect((await studio.call('runtimes.bench', {})).bench).toEqual(bench);
});
