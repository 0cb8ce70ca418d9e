/** The queue of runs: one is trained after the other, whatever doors and windows do. */
import { mkdir, rm } from 'node:fs/promises';
import type { Run } from '../../src-shared/domain.ts';
import { assertNever, toErrorReply } from '../../src-shared/errors.ts';
import { interruptedAt } from '../../src-shared/parts.ts';
import { recipes } from '../../src-shared/recipes.ts';
import { type RuntimeName, runtimeTitles } from '../../src-shared/runtimes.ts';
import { EngineEnded } from '../engine/ended.ts';
import type { Progress, TrainJob, TrainResult } from '../engine/protocol.ts';
import { removeCheckpoint } from '../engine/training/checkpoint.ts';
import type { Store } from '../store/store.ts';
import type { Context, OpenProject } from './context.ts';
import { checkFiles, datasetOf } from './dataset.ts';
import type { Devices } from './devices.ts';
import { featureFolder, tidyFeatures } from './features.ts';
import { interruptedWords, keepCheckpoint, partFolderIn, runFolderIn } from './interrupted.ts';
import { partsLeft } from './parts.ts';
import { runtimeOf } from './runtimes.ts';
import { backboneFile } from './weight-folder.ts';

export const runFolder = (project: OpenProject, id: number) => runFolderIn(project.path, id);

/** What a training has learned of how much fits into it. */
type Memory = Pick<TrainJob, 'mostAtOnce'>;

/** The run that is being trained. */
interface Current {
  readonly project: OpenProject;
  readonly id: number;
  readonly controller: AbortController;
  /** Never rejects. */
  readonly done: Promise<void>;
  /** The project closes under it: it goes back into the queue. */
  closing: boolean;
}

export interface Queue {
  /** Starts the oldest queued run, if none is being trained. */
  wake(): void;
  /** Resolves when the run, queued or running, has ended. */
  cancel(id: number): Promise<void>;
}

export interface QueueOptions {
  /** Do the runs that wait in a project go on when it is opened? Otherwise with the next `runs.start`. */
  readonly resumes: boolean;
}

export function runQueue(context: Context, devices: Devices, { resumes }: QueueOptions): Queue {
  let current: Current | null = null;

  const tell = (run: Run) => context.emit({ name: 'run.changed', data: { run } });

  function report({ store }: OpenProject, id: number, progress: Progress): void {
    switch (progress.kind) {
      case 'features': {
        const { done, total, secondsLeft } = progress;
        context.emit({ name: 'run.features', data: { id, done, total, secondsLeft } });
        break;
      }
      case 'begun':
        // What an interrupted run had told of itself by then is exactly what its checkpoint remembers.
        store.epochs.replace(id, progress.epochs);
        tell(store.runs.get(id));
        break;
      case 'phase': {
        const { phase, done, total } = progress;
        context.emit({ name: 'run.phase', data: { id, phase, done, total } });
        break;
      }
      case 'memory':
        // Every part would say the same.
        note(store, id, progress.note);
        break;
      case 'device':
        note(store, id, progress.note);
        break;
      case 'runtime':
        tell(store.runs.computedWith(id, progress.runtime));
        note(store, id, progress.note);
        break;
      case 'epoch':
        // Stored before it is told: whoever asks after the event finds it.
        store.epochs.add(id, progress.epoch);
        context.emit({ name: 'run.epoch', data: { id, epoch: progress.epoch } });
        break;
      case 'map':
        break; // no training draws one
      default:
        assertNever(progress);
    }
  }

  /** Once, whatever part of a run says it, and however often the run is taken up again. */
  function note(store: Store, id: number, sentence: string | null): void {
    if (sentence !== null && !store.runs.get(id).notes.includes(sentence))
      tell(store.runs.note(id, sentence));
  }

  async function train(project: OpenProject, run: Run, signal: AbortSignal): Promise<void> {
    const { store } = project;
    const { id, recipe, settings } = run;
    const { classes, counts, examples } = datasetOf(store, run);
    tell(store.runs.start(id, { classes, counts }));
    const backbone = await backboneFile(run.backbone);
    await checkFiles(examples);
    await mkdir(runFolder(project, id), { recursive: true });
    const runtime = await runtimeOf(settings.runtime);
    // TensorFlow chooses its device itself; what takes over from it is on the processor.
    const onDevice = await devices.forRun(
      runtime === 'tensorflow' ? 'cpu' : settings.device,
      settings.halfPrecision && !recipes[recipe].unused.includes('halfPrecision'),
    );
    note(store, id, handOver(run, runtime));
    note(store, id, onDevice.note);
    const job: TrainJob = {
      kind: 'train',
      runId: id,
      backbone,
      recipe,
      settings,
      device: onDevice.device,
      half: onDevice.half,
      runtime,
      classes: classes.map(({ name }) => name),
      examples,
      features: featureFolder(project),
      runFolder: runFolder(project, id),
      alongside: store.runs
        .inState('queued')
        .filter((waiting) => waiting.backbone === run.backbone)
        .map(({ recipe, settings }) => ({ recipe, settings })),
    };
    await tidied(project);
    const parts = await trainParts(project, job, signal);
    const { result } = await trainSmaller(project, { ...job, ...parts }, signal);
    await tidied(project);
    tell(store.runs.finish(id, result));
    await removeCheckpoint(job.runFolder);
  }

  /**
   * Trains what a run consists of beside the training whose model it keeps, and is not done yet.
   * @returns what is known then of the memory
   */
  async function trainParts(
    project: OpenProject,
    job: TrainJob,
    signal: AbortSignal,
  ): Promise<Memory> {
    const { store } = project;
    const { runId: id } = job;
    let known: Memory = {};
    for (const { part, ...of } of partsLeft(store, job)) {
      const folder = partFolderIn(job.runFolder, part);
      const partJob = {
        ...job,
        ...of,
        ...known,
        runFolder: folder,
        predictionsOnly: true as const,
      };
      const trained = await trainSmaller(project, partJob, signal);
      known = trained.known;
      tell(store.runs.finishPart(id, part, trained.result.predictions));
      await rm(folder, { recursive: true, force: true });
    }
    return known;
  }

  /** A run is not to fail because the disk keeps what it should not. */
  async function tidied(project: OpenProject): Promise<void> {
    await tidyFeatures(project).catch((error: unknown) =>
      console.error(`Tidying ${featureFolder(project)}:`, error),
    );
  }

  /** Trains; where the memory does not suffice again with half as much in it, and says so. */
  async function trainSmaller(
    project: OpenProject,
    job: TrainJob,
    signal: AbortSignal,
  ): Promise<{ readonly result: TrainResult; readonly known: Memory }> {
    const { store } = project;
    const id = job.runId;
    let atOnce: number | null = null;
    const onProgress = (progress: Progress) => {
      if (progress.kind === 'memory') atOnce = progress.microBatch;
      report(project, id, progress);
    };
    try {
      const result = await context.engine.run(job, { onProgress, signal });
      return { result, known: job.mostAtOnce === undefined ? {} : { mostAtOnce: job.mostAtOnce } };
    } catch (error) {
      const tried = atOnce as number | null;
      if (!(error instanceof EngineEnded && error.outOfMemory)) throw error;
      if (signal.aborted || tried === null || tried < 2) throw error;
      const mostAtOnce = Math.ceil(tried / 2);
      store.epochs.replace(id, []);
      tell(store.runs.note(id, outOfMemoryNote(tried, mostAtOnce)));
      return trainSmaller(project, { ...job, mostAtOnce }, signal);
    }
  }

  /** What becomes of a run that did not finish. */
  async function ended(
    { project, id, controller: { signal }, closing }: Current,
    error: unknown,
  ): Promise<void> {
    const { runs } = project.store;
    const cancelled = error instanceof EngineEnded ? error.state === 'cancelled' : signal.aborted;
    const run = runs.get(id);
    const epoch = await keepCheckpoint(runFolder(project, id), run);
    if (closing) {
      if (runs.get(id).state === 'running') tell(runs.requeue(id, epoch));
      return;
    }
    if (cancelled) tell(runs.end(id, 'cancelled', null, epoch));
    else {
      const reason = interruptedWords(toErrorReply(error).message, {
        ...run,
        checkpointEpoch: epoch,
      });
      tell(runs.end(id, 'failed', reason, epoch));
    }
  }

  function wake(): void {
    const project = context.current();
    if (current || !project) return;
    const [next] = project.store.runs.inState('queued');
    if (!next) return;
    const controller = new AbortController();
    // It is current before it begins, so that whoever hears of its start can cancel it at once.
    const done = Promise.resolve()
      .then(() => train(project, next, controller.signal))
      .catch((error: unknown) => ended(running, error))
      .then(
        () => {
          current = null;
          wake();
        },
        (error: unknown) => {
          // Not even its end could be stored. The next run would fare no better, so the queue rests.
          current = null;
          console.error(`Run ${next.id}:`, error);
        },
      );
    const running: Current = { project, id: next.id, controller, done, closing: false };
    current = running;
  }

  context.onOpen((project) => {
    project.onClose(async () => {
      if (current?.project !== project) return;
      current.closing = true;
      current.controller.abort();
      await current.done;
    });
    if (resumes) wake();
  });

  return {
    wake,

    async cancel(id) {
      if (current?.id === id) {
        current.controller.abort();
        await current.done;
        return;
      }
      const { runs } = context.project().store;
      tell(runs.end(id, 'cancelled', null, runs.get(id).checkpointEpoch));
    },
  };
}

const outOfMemoryNote = (tried: number, next: number) =>
  `The memory did not suffice for ${tried} pictures at a time: it goes on with ${next}.`;

/** What to say of a run that goes on with another runtime than it began with. */
function handOver(run: Run, runtime: RuntimeName): string | null {
  if (run.checkpointEpoch === null || run.runtime === null || run.runtime === runtime) return null;
  return `It was interrupted ${interruptedAt(run)}; until then it was computed with ${runtimeTitles[run.runtime]}.`;
}
