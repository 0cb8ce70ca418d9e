import { readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EngineHost } from '../../src-main/engine/host.ts';
import { trainOn } from '../../src-main/engine/jobs/train.ts';
import type { Progress, TrainJob, TrainResult } from '../../src-main/engine/protocol.ts';
import {
  checkpointEpoch,
  checkpointPath,
  readCheckpoint,
} from '../../src-main/engine/training/checkpoint.ts';
import { seededRandom } from '../../src-main/engine/training/random.ts';
import type { Epoch } from '../../src-shared/domain.ts';
import type { RecipeName, TrainSettings } from '../../src-shared/recipes.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { shapesJob } from '../helpers/shapes-job.ts';
import { tinyBackbone } from '../helpers/tiny-backbone.ts';

const model = (job: TrainJob) => readFile(join(job.runFolder, 'model.onnx'));

/** Without what depends on the clock. */
const timeless = (epochs: readonly Epoch[]) =>
  epochs.map(({ imagesPerSecond: _, secondsLeft: __, ...epoch }) => epoch);

interface Attempt {
  readonly result: TrainResult | null;
  readonly begun: readonly Epoch[];
  readonly epochs: readonly Epoch[];
}

/** Trains the tiny network; stops after this epoch. */
async function attempt(job: TrainJob, stopAfter = 0): Promise<Attempt> {
  const controller = new AbortController();
  const { signal } = controller;
  const seen: Progress[] = [];
  const report = (progress: Progress) => {
    seen.push(progress);
    if (progress.kind === 'epoch' && progress.epoch.epoch === stopAfter) controller.abort();
  };
  const result = await trainOn(tinyBackbone(), job, { signal, report }).catch((error: unknown) => {
    if (signal.aborted) return null;
    throw error;
  });
  const begun = seen.find((progress) => progress.kind === 'begun')?.epochs ?? [];
  const epochs = seen.flatMap((progress) => (progress.kind === 'epoch' ? [progress.epoch] : []));
  return { result, begun, epochs };
}

const small = { epochs: 5, batchSize: 8, headEpochs: 3, patience: 5 } as const;

const kinds: readonly (readonly [string, RecipeName, Partial<TrainSettings>])[] = [
  ['feature extraction', 'feature-extraction', {}],
  ['fine-tuning the top', 'fine-tune-top', { blocks: 2, dropout: 0.5 }],
  ['fine-tuning all in parts', 'fine-tune-all', { microBatch: 3, optimizer: 'sgd' }],
  // Running averages of batch statistics belong to what is kept.
  ['training from scratch', 'from-scratch', { classBalance: 'sampling' }],
  ['training without the best epoch', 'from-scratch', { restoreBest: false }],
];

describe('an interrupted training', () => {
  it.each(kinds)('ends as an uninterrupted one: %s', async (_, recipe, settings) => {
    const whole = await shapesJob(await temporaryFolder(), 5, recipe, { ...small, ...settings });
    const cut = { ...whole, runFolder: join(whole.runFolder, '..', '2') };
    const expected = await attempt(whole);
    expect((await attempt(cut, 1)).result).toBe(null);
    expect((await attempt(cut, 3)).result).toBe(null);
    expect(await checkpointEpoch(cut.runFolder)).toBe(3);
    const resumed = await attempt(cut);
    expect(timeless(resumed.begun)).toEqual(timeless(expected.epochs.slice(0, 3)));
    expect(timeless(resumed.epochs)).toEqual(timeless(expected.epochs.slice(3)));
    expect(resumed.result).toEqual(expected.result);
    expect((await model(cut)).equals(await model(whole))).toBe(true);
    // Killed between its last epoch and its end.
    const again = await attempt(cut);
    expect(again.epochs).toEqual([]);
    expect(again.result).toEqual(expected.result);
  });

  it('starts anew on other pictures, with other settings or from a damaged checkpoint', async () => {
    const job = await shapesJob(await temporaryFolder(), 5, 'feature-extraction', small);
    const begunWith = async (other: TrainJob) => (await attempt(other, 1)).begun.length;
    await attempt(job, 2);
    expect(await begunWith({ ...job, settings: { ...job.settings, seed: 2 } })).toBe(0);
    await attempt(job, 2);
    expect(await begunWith({ ...job, examples: job.examples.slice(1) })).toBe(0);
    await attempt(job, 2);
    const path = checkpointPath(job.runFolder);
    await truncate(path, 1000);
    expect(await checkpointEpoch(job.runFolder)).toBe(null);
    expect(await readCheckpoint(job.runFolder, 'any')).toBe(null);
    expect(await begunWith(job)).toBe(0);
  });

  it('goes on in a new process when the one before was killed', async () => {
    const settings = { epochs: 30, patience: 30, batchSize: 2 };
    const whole = await shapesJob(await temporaryFolder(), 5, 'feature-extraction', settings);
    const killed = { ...whole, runFolder: join(whole.runFolder, '..', '2') };
    const host = new EngineHost();
    onTestFinished(() => host.close());
    const expected = await host.run(whole);
    const first = host.run(killed, {
      onProgress: (progress) => {
        if (progress.kind === 'epoch' && progress.epoch.epoch === 4)
          process.kill(host.processes.training!, 'SIGKILL');
      },
    });
    await expect(first).rejects.toMatchObject({ state: 'failed' });
    const after = await checkpointEpoch(killed.runFolder);
    expect(after).toBeGreaterThanOrEqual(4);
    let begun = -1;
    const result = await host.run(killed, {
      onProgress: (progress) => {
        if (progress.kind === 'begun') begun = progress.epochs.length;
      },
    });
    expect(begun).toBe(after);
    expect(result).toEqual(expected);
    expect((await model(killed)).equals(await model(whole))).toBe(true);
  });
});

it('a stream of random numbers goes on from a state that was kept', () => {
  const random = seededRandom(7, 3);
  for (let i = 0; i < 100; i++) random();
  const goneOn = seededRandom(0, 0, random.state());
  expect(Array.from({ length: 100 }, goneOn)).toEqual(Array.from({ length: 100 }, random));
});
