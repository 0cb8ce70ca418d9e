/** One run, as the studio would train it, of which only the result is kept. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainOn } from '../../../src-main/engine/jobs/train.ts';
import type { TrainJob } from '../../../src-main/engine/protocol.ts';
import { argmax } from '../../../src-main/engine/training/classification.ts';
import type { smallBackbone } from './small-backbone.ts';

export interface TrainedOnce {
  /** Of the test pictures. */
  readonly accuracy: number;
  readonly tested: number;
  /** Of the validation pictures, which chose the epoch. */
  readonly validationLoss: number;
  readonly epochs: number;
  readonly seconds: number;
}

export async function trainOnce(
  { backbone, file }: Awaited<ReturnType<typeof smallBackbone>>,
  job: Pick<TrainJob, 'recipe' | 'settings' | 'classes' | 'examples' | 'features'>,
): Promise<TrainedOnce> {
  const runFolder = await mkdtemp(join(tmpdir(), 'graft-bench-run-'));
  const began = performance.now();
  try {
    const { predictions, epochs, validation } = await trainOn(
      backbone,
      { kind: 'train', runId: 1, backbone: file, ...job, runFolder, predictionsOnly: true },
      { signal: new AbortController().signal, report: () => {} },
    );
    const right = predictions.filter(
      ({ actual, probabilities }) => argmax(probabilities) === actual,
    ).length;
    return {
      accuracy: Number((right / predictions.length).toFixed(4)),
      tested: predictions.length,
      validationLoss: Number(validation.loss.toFixed(4)),
      epochs,
      seconds: Math.round((performance.now() - began) / 100) / 10,
    };
  } finally {
    await rm(runFolder, { recursive: true, force: true });
  }
}
