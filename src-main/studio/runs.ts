/** Starting, watching and removing runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { completeSettings, frozenBlocks, type TrainSettings } from '../../src-shared/recipes.ts';
import type { Context, OpenProject } from './context.ts';
import { takeDataset } from './dataset.ts';
import { sizeOf } from './deleted.ts';
import type { Devices } from './devices.ts';
import type { Handlers } from './handlers.ts';
import { keepCheckpoint } from './interrupted.ts';
import { demandFolds } from './parts.ts';
import { type QueueOptions, runFolder, runQueue } from './queue.ts';
import { demandRuntime } from './runtimes.ts';
import { backboneFile } from './weight-folder.ts';

type Calls = Pick<
  Handlers,
  'runs.start' | 'runs.list' | 'runs.epochs' | 'runs.cancel' | 'runs.resume' | 'runs.delete'
>;

/** @throws StudioError `refused` for a run that did not finish, which has neither predictions nor a model */
export function finishedRun({ store }: OpenProject, id: number): Run {
  const run = store.runs.get(id);
  if (run.state === 'finished') return run;
  throw new StudioError('refused', `Run ${id} is ${run.state}: only a finished run has a model.`);
}

/** @throws StudioError when the run did not finish, has no such model, or somebody took it away */
export function trainedModel(
  project: OpenProject,
  id: number,
  precision: TrainSettings['precision'] = 'exact',
): { readonly run: Run; readonly path: string } {
  const run = finishedRun(project, id);
  if (precision === 'fast' && run.quantisation === null) {
    throw new StudioError(
      'refused',
      `Run ${id} was trained exactly: it has no fast model. Train it with the precision fast, or take the exact one.`,
    );
  }
  const name = precision === 'fast' ? 'model.fast.onnx' : 'model.onnx';
  const path = join(runFolder(project, id), name);
  if (existsSync(path)) return { run, path };
  throw new StudioError('not-found', `The model of run ${id} is gone: ${path}. Train it again.`);
}

const isActive = ({ state }: Run) => state === 'queued' || state === 'running';

export function runCalls(context: Context, devices: Devices, options: QueueOptions): Calls {
  const queue = runQueue(context, devices, options);

  return {
    'runs.start': async ({ runs: wanted }) => {
      // Every backbone first: nothing is queued when one of them cannot be trained on.
      for (const { backbone, recipe, settings } of wanted) {
        const whole = completeSettings(recipe, settings);
        await demandRuntime(whole.runtime);
        await backboneFile(backbone, (blocks) => frozenBlocks(recipe, whole.blocks, blocks));
      }
      const { store } = context.project();
      const runs = store.transaction(() => {
        const dataset = takeDataset(store);
        const { classes, counts, examples } = dataset;
        const runs = wanted.map(({ recipe, backbone, settings }) => {
          const whole = completeSettings(recipe, settings);
          return store.runs.create({ recipe, backbone, settings: whole, classes, counts });
        });
        const folds = new Set(runs.map(({ settings }) => settings.folds));
        for (const count of folds) if (count > 0) demandFolds(store, examples, count);
        const ids = runs.map(({ id }) => id);
        store.datasets.give(ids, examples);
        return runs;
      });
      context.changed(); // the split may have been drawn
      for (const run of runs) context.emit({ name: 'run.changed', data: { run } });
      queue.wake();
      return { runs };
    },

    'runs.list': () => ({ runs: context.project().store.runs.list() }),

    'runs.epochs': ({ id }) => {
      const { store } = context.project();
      store.runs.get(id); // not found rather than no epochs
      return { epochs: store.epochs.list(id) };
    },

    'runs.cancel': async ({ id }) => {
      const run = context.project().store.runs.get(id);
      if (!isActive(run)) {
        throw new StudioError('refused', `Run ${id} has ended already (${run.state}).`);
      }
      await queue.cancel(id);
      return {};
    },

    'runs.resume': async ({ id, device, runtime }) => {
      const project = context.project();
      const interrupted = project.store.runs.get(id);
      const { state, checkpointEpoch } = interrupted;
      const refuse = (why: string) =>
        new StudioError('refused', `Run ${id} cannot be resumed: ${why}`);
      if (state !== 'failed' && state !== 'cancelled') throw refuse(`it is ${state}.`);
      if (checkpointEpoch === null)
        throw refuse('it ended before its first epoch was complete. Train it again.');
      if ((await keepCheckpoint(runFolder(project, id), interrupted)) === null)
        throw refuse('its checkpoint is gone or damaged. Train it again.');
      if (runtime) await demandRuntime(runtime);
      const run = project.store.runs.resume(id, {
        ...(device && { device }),
        ...(runtime && { runtime }),
      });
      context.emit({ name: 'run.changed', data: { run } });
      queue.wake();
      return { run };
    },

    'runs.delete': async ({ id }) => {
      const project = context.project();
      if (isActive(project.store.runs.get(id))) await queue.cancel(id);
      project.store.runs.delete(id);
      context.emit({ name: 'run.deleted', data: { id } });
      context.changed();
      return { bytes: await sizeOf(runFolder(project, id)) };
    },
  };
}
