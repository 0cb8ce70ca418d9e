/** An engine at the Engine interface that trains nothing: a test says how each job goes. */
import { EngineEnded } from '../../src-main/engine/ended.ts';
import type { RunOptions } from '../../src-main/engine/host.ts';
import type {
  Example,
  Job,
  JobResult,
  TrainJob,
  TrainResult,
} from '../../src-main/engine/protocol.ts';
import type { Engine } from '../../src-main/studio/context.ts';

export interface StartedJob {
  readonly job: TrainJob;
  /** One more epoch is done. */
  epoch(validationAccuracy: number): void;
  /** It ends with the given share of the test images right. */
  finish(share: number): void;
  fail(reason: string): void;
  /** It computes so many pictures at once, and runs out of memory. */
  runOutOfMemory(microBatch: number): void;
}

export interface FakeEngine extends Engine {
  /** Jobs in the order in which they were started. */
  readonly started: readonly StartedJob[];
}

export function fakeEngine(): FakeEngine {
  const started: StartedJob[] = [];

  function train(job: TrainJob, { onProgress, signal }: RunOptions): Promise<TrainResult> {
    if (signal?.aborted) return Promise.reject(new EngineEnded('cancelled', 'Cancelled.'));
    const { promise, resolve, reject } = Promise.withResolvers<TrainResult>();
    let epochs = 0;
    onProgress?.({ kind: 'runtime', runtime: job.runtime ?? 'onnxruntime', note: null });
    onProgress?.({ kind: 'begun', epochs: [] });
    signal?.addEventListener('abort', () => reject(new EngineEnded('cancelled', 'Cancelled.')));
    started.push({
      job,
      epoch(validationAccuracy) {
        epochs += 1;
        const losses = { trainLoss: 1 / epochs, validationLoss: 1 / epochs };
        const pace = { imagesPerSecond: 100, secondsLeft: 1 };
        onProgress?.({
          kind: 'epoch',
          epoch: { epoch: epochs, validationAccuracy, ...losses, ...pace },
        });
      },
      finish(share) {
        const said = (examples: readonly Example[]) =>
          examples.map(({ imageId, label }, i) => {
            const said = i < share * examples.length ? label : (label + 1) % job.classes.length;
            const probabilities = Float32Array.from(job.classes, (_, c) =>
              c === said ? 0.8 : 0.1,
            );
            return { imageId, actual: label, probabilities };
          });
        const validation = { accuracy: 0.5, loss: 1 };
        resolve({
          bestEpoch: 1,
          quantisation: null,
          epochs,
          trained: 'last layer',
          trainedBlocks: 0,
          validation,
          layers: null,
          temperature: 2,
          predictions: said(job.examples.filter(({ split }) => split === 'test')),
          validationPredictions: said(job.examples.filter(({ split }) => split === 'validation')),
        });
      },
      fail: (reason) => reject(new EngineEnded('failed', reason)),
      runOutOfMemory(microBatch) {
        onProgress?.({ kind: 'memory', microBatch, note: null });
        reject(new EngineEnded('failed', 'The training engine ran out of memory.', true));
      },
    });
    return promise;
  }

  return {
    started,
    run<J extends Job>(job: J, options: RunOptions = {}): Promise<JobResult[J['kind']]> {
      if (job.kind === 'measure') {
        const each = { decode: 0.01, exact: 1.99, fast: 0.49 };
        return Promise.resolve(each as JobResult[J['kind']]);
      }
      if (job.kind !== 'train') return Promise.reject(new Error('this engine only trains'));
      return train(job, options) as Promise<JobResult[J['kind']]>;
    },
    close: () => Promise.resolve(),
  };
}
