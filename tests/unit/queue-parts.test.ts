/** Runs that consist of several trainings: folds, and other seeds. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TrainSettings } from '../../src-shared/recipes.ts';
import { leaveCheckpoint } from '../helpers/checkpoint.ts';
import { fakeEngine } from '../helpers/fake-engine.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll, nextEvent, studioWithProject } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

async function shapesProject() {
  const engine = fakeEngine();
  const { studio, folder } = await studioWithProject(engine);
  await writeShapes(join(folder, 'shapes'), 10);
  await importAll(studio, [join(folder, 'shapes')], 'folders');
  const start = async (settings: Partial<TrainSettings>) => {
    const wanted = { recipe: 'feature-extraction' as const, backbone: 'mobilenet_v2', settings };
    return (await studio.call('runs.start', { runs: [wanted] })).runs[0]!.id;
  };
  const job = async (number: number) => {
    await until(`job ${number} started`, () => engine.started.length === number);
    return engine.started[number - 1]!;
  };
  const run = async (id: number) =>
    (await studio.call('runs.list', {})).runs.find((one) => one.id === id)!;
  /** Trains the jobs from one to another to their end. */
  const train = async (from: number, to: number, share: (number: number) => number) => {
    for (let number = from; number <= to; number++) {
      const started = await job(number);
      started.epoch(0.5);
      started.finish(share(number));
    }
  };
  const finished = (id: number) =>
    until('the run to finish', async () => (await run(id)).state === 'finished');
  return { engine, studio, folder, start, job, run, train, finished };
}

it('tests every picture in one fold, and the model on the regular split at last', async () => {
  const { engine, studio, folder, start, train, finished, run } = await shapesProject();
  const id = await start({ folds: 5 });
  // 6 test pictures in each fold: 3, 3, 3, 3 and 6 right.
  await train(1, 6, (number) => (number < 5 ? 0.5 : 1));
  await finished(id);
  const jobs = engine.started.map((one) => one.job);
  const tested = jobs
    .slice(0, 5)
    .map(({ examples }) =>
      examples.filter(({ split }) => split === 'test').map(({ imageId }) => imageId),
    );
  const all = tested.flat().sort((a, b) => a - b);
  expect(all).toEqual(jobs[5]!.examples.map(({ imageId }) => imageId));
  for (const [i, { examples, predictionsOnly, runFolder }] of jobs.slice(0, 5).entries()) {
    const of = (set: string) => examples.filter(({ split }) => split === set).length;
    expect([of('train'), of('validation'), of('test')]).toEqual([18, 6, 6]);
    expect(predictionsOnly).toBe(true);
    expect(runFolder).toBe(join(folder, 'runs', String(id), `part-${i + 1}`));
  }
  expect(jobs[5]).not.toHaveProperty('predictionsOnly');
  const { test, crossValidation, foldMean, seedMean, epochs, partsDone } = await run(id);
  expect({ epochs, partsDone, seedMean }).toEqual({ epochs: 1, partsDone: 5, seedMean: null });
  expect(test).toMatchObject({ accuracy: 1, count: 6 });
  expect(crossValidation).toMatchObject({ accuracy: 18 / 30, count: 30 });
  expect(foldMean).toMatchObject({
    ...{ mean: expect.closeTo(0.6, 12), values: [0.5, 0.5, 0.5, 0.5, 1] },
  });
  const { predictions } = await studio.call('runs.predictions', { id, of: 'folds' });
  expect(predictions.map(({ imageId }) => imageId)).toEqual(all);
});

it('repeats the regular training with the seeds that follow, its own last', async () => {
  const { engine, start, train, finished, run } = await shapesProject();
  const id = await start({ repeats: 3, seed: 7 });
  await train(1, 3, (number) => [0.5, 0, 1][number - 1]!);
  await finished(id);
  expect(engine.started.map(({ job }) => job.settings.seed)).toEqual([8, 9, 7]);
  const [first, , last] = engine.started;
  expect(first!.job.examples).toEqual(last!.job.examples);
  const { seedMean, crossValidation } = await run(id);
  expect(seedMean).toMatchObject({ mean: 0.5, values: [1, 0.5, 0] });
  expect(crossValidation).toBe(null);
});

it('resumes in the part in which it was interrupted, whatever was labelled since', async () => {
  const { engine, studio, folder, start, job, train, run, finished } = await shapesProject();
  const id = await start({ folds: 5 });
  await train(1, 2, () => 1);
  const third = await job(3);
  third.epoch(0.5);
  await leaveCheckpoint(third.job.runFolder, 4);
  const failed = nextEvent(studio, 'run.changed', (data) => data.run.state === 'failed');
  third.fail('The training engine crashed (SIGSEGV).');
  expect((await failed).run).toMatchObject({
    ...{ partsDone: 2, checkpointEpoch: 4 },
    reason:
      'The training engine crashed (SIGSEGV). It was interrupted in fold 3 of 5, after epoch 4; Resume goes on from there.',
  });
  const kept = join(folder, 'runs', String(id));
  expect(await readdir(kept, { recursive: true })).toEqual([
    'part-3',
    join('part-3', 'checkpoint.safetensors'),
  ]);
  await writeShapes(join(folder, 'shapes'), 11);
  await importAll(studio, [join(folder, 'shapes')], 'folders');

  await studio.call('runs.resume', { id });
  expect((await job(4)).job).toEqual(third.job);
  await train(4, 6, () => 1);
  const model = await job(7);
  expect(await readdir(kept)).toEqual([]);
  expect(model.job).not.toHaveProperty('predictionsOnly');
  await train(7, 7, () => 1);
  await finished(id);
  expect((await run(id)).crossValidation?.count).toBe(30);
  expect(engine.started).toHaveLength(7);
});

it('goes on between two parts after it was cancelled, and forgets the parts with the run', async () => {
  const { studio, folder, start, job, train, run } = await shapesProject();
  const id = await start({ folds: 3, repeats: 2 });
  await train(1, 3, () => 1);
  await job(4);
  await studio.call('runs.cancel', { id });
  expect(await run(id)).toMatchObject({ state: 'cancelled', partsDone: 3, checkpointEpoch: 0 });
  expect(existsSync(join(folder, 'runs', String(id)))).toBe(false);
  await studio.call('runs.resume', { id });
  expect((await job(5)).job.settings.seed).toBe(2);
  await studio.call('runs.delete', { id });
  expect((await studio.call('runs.list', {})).runs).toEqual([]);
});

it('computes as many pictures at once as fitted into an earlier part, and says it once', async () => {
  const { start, job, train, run } = await shapesProject();
  const id = await start({ folds: 3 });
  (await job(1)).runOutOfMemory(8);
  await train(2, 4, () => 1);
  expect((await job(5)).job.mostAtOnce).toBe(4);
  expect((await run(id)).notes).toHaveLength(1);
});

it('refuses more folds than there are pictures for, and queues nothing', async () => {
  const { studio, start } = await shapesProject();
  const { ids } = await studio.call('images.query', { filter: {}, sort: 'name' });
  const thin = [...ids.slice(3, 10), ...ids.slice(13, 20), ...ids.slice(23)];
  await studio.call('labels.assign', { imageIds: thin, labelId: null });
  await expect(start({ folds: 10 })).rejects.toThrow('too few labelled pictures for 10 folds');
  await expect(start({ folds: 2 })).rejects.toThrow('fewer than three folds');
  expect((await studio.call('runs.list', {})).runs).toEqual([]);
});

it('compares runs in the same folds on all pictures, and others on the test pictures', async () => {
  const { studio, start, train, finished } = await shapesProject();
  const first = await start({ folds: 3 });
  await train(1, 4, () => 0.5);
  await finished(first);
  const second = await start({ folds: 3 });
  await train(5, 8, () => 1);
  await finished(second);
  const third = await start({});
  await train(9, 9, () => 1);
  await finished(third);
  const { pairs } = await studio.call('runs.compare', { ids: [first, second, third] });
  expect(pairs).toMatchObject([
    { a: first, b: second, pooled: true, count: 30, onlyA: 0, onlyB: 15 },
    { a: first, b: third, pooled: false, count: 6, onlyA: 0, onlyB: 3 },
    { a: second, b: third, pooled: false, count: 6 },
  ]);
  const { headline } = await studio.call('runs.compare', { ids: [first, second] });
  expect(headline).toContain('right on 100 % of 30 pictures, each judged by a network');
  expect(headline).toContain('With so few pictures its true share may lie anywhere from 89 % to');
  const plain = await studio.call('runs.compare', { ids: [third] });
  expect(plain.headline).toContain('Cross-validation would judge it on all 30 pictures.');
});
