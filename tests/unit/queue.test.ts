import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createStudio } from '../../src-main/studio/studio.ts';
import { leaveCheckpoint } from '../helpers/checkpoint.ts';
import { fakeEngine } from '../helpers/fake-engine.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { shapesProject } from '../helpers/shapes-project.ts';
import { importAll, nextEvent } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

it('trains one after the other, stores epochs before it tells of them, and scores the end', async () => {
  const { engine, studio, start, startedJobs } = await shapesProject();
  const { runs } = await start(2);
  await startedJobs(1);
  const told = nextEvent(studio, 'run.epoch');
  engine.started[0]!.epoch(0.75);
  const { id, epoch } = await told;
  expect(id).toBe(runs[0]!.id);
  expect((await studio.call('runs.epochs', { id })).epochs).toEqual([epoch]);
  expect(engine.started).toHaveLength(1);

  engine.started[0]!.finish(0.5);
  await startedJobs(2);
  const [first, second] = (await studio.call('runs.list', {})).runs;
  expect(first).toMatchObject({
    state: 'finished',
    epochs: 1,
    validation: { accuracy: 0.75, loss: 1 },
    test: { accuracy: 0.5, count: 6 },
    counts: { train: 18, validation: 6, test: 6 },
  });
  expect(first?.classes.map(({ name }) => name)).toEqual(['circle', 'square', 'triangle']);
  expect(second?.state).toBe('running');
});

it('trains runs that were started together on the same pictures, whatever is labelled meanwhile', async () => {
  const { engine, studio, folder, start, startedJobs } = await shapesProject();
  await start(2);
  await startedJobs(1);
  await mkdir(join(folder, 'more'));
  await writeShapes(join(folder, 'more'), 11);
  await importAll(studio, [join(folder, 'more')], 'folders');
  engine.started[0]!.epoch(0.5);
  engine.started[0]!.finish(1);
  await startedJobs(2);
  expect(engine.started[1]!.job.examples).toEqual(engine.started[0]!.job.examples);
});

it('tells a training what the runs freeze that wait for the same network', async () => {
  const { engine, studio, startedJobs } = await shapesProject();
  const recipes = ['feature-extraction', 'early-features', 'fine-tune-top'] as const;
  await studio.call('runs.start', {
    runs: recipes.map((recipe) => ({ recipe, backbone: 'mobilenet_v2' })),
  });
  for (const [at, left] of [recipes.slice(1), recipes.slice(2), []].entries()) {
    await startedJobs(at + 1);
    const { job, epoch, finish } = engine.started[at]!;
    expect(job.alongside?.map(({ recipe }) => recipe)).toEqual(left);
    epoch(0.5);
    finish(1);
  }
});

it('says that a run is trained in single precision where half is not to be had', async () => {
  const { engine, studio, startedJobs } = await shapesProject();
  const settings = { device: 'cpu', halfPrecision: true } as const;
  const recipes = ['fine-tune-top', 'feature-extraction'] as const;
  const { runs } = await studio.call('runs.start', {
    runs: recipes.map((recipe) => ({ recipe, backbone: 'mobilenet_v2', settings })),
  });
  const sentence =
    'The processor does not train in half precision: it was trained in single precision.';
  // The last layer alone has no use for it, and nothing is to be said.
  for (const [at, notes] of [[sentence], []].entries()) {
    await startedJobs(at + 1);
    const { job, epoch, finish } = engine.started[at]!;
    expect(job.half).toBe(false);
    const listed = (await studio.call('runs.list', {})).runs;
    expect(listed.find(({ id }) => id === runs[at]!.id)!.notes).toEqual(notes);
    epoch(0.5);
    finish(1);
  }
});

it('fails a run with its reason, leaves nothing half-written, and goes on', async () => {
  const { engine, folder, studio, start, startedJobs, stateOf } = await shapesProject();
  const { runs } = await start(2);
  await startedJobs(1);
  const id = runs[0]!.id;
  await writeFile(join(folder, 'runs', String(id), 'half'), '');
  engine.started[0]!.fail('The training engine crashed (SIGSEGV).');
  await startedJobs(2);
  const [first] = (await studio.call('runs.list', {})).runs;
  expect(first).toMatchObject({
    state: 'failed',
    reason: 'The training engine crashed (SIGSEGV).',
  });
  expect(existsSync(join(folder, 'runs', String(id)))).toBe(false);
  expect(await stateOf(runs[1]!.id)).toBe('running');
});

it('trains again with half as many pictures at a time where the memory does not suffice, and says so', async () => {
  const { engine, studio, start, startedJobs } = await shapesProject();
  await start();
  await startedJobs(1);
  expect(engine.started[0]!.job.mostAtOnce).toBeUndefined();
  engine.started[0]!.epoch(0.5);
  engine.started[0]!.runOutOfMemory(5);
  await startedJobs(2);
  expect(engine.started[1]!.job).toEqual({ ...engine.started[0]!.job, mostAtOnce: 3 });
  const [again] = (await studio.call('runs.list', {})).runs;
  expect(again).toMatchObject({
    ...{ state: 'running', epochs: 0 },
    notes: ['The memory did not suffice for 5 pictures at a time: it goes on with 3.'],
  });
  engine.started[1]!.epoch(0.75);
  engine.started[1]!.finish(1);
  await until('the run to finish', async () => {
    const [run] = (await studio.call('runs.list', {})).runs;
    return run?.state === 'finished' && run.epochs === 1 && run.notes.length === 1;
  });
});

it('fails a run that needs too much memory even for one picture at a time', async () => {
  const { engine, studio, start, startedJobs } = await shapesProject();
  await start();
  await startedJobs(1);
  engine.started[0]!.runOutOfMemory(1);
  await until('the run to fail', async () => {
    const [run] = (await studio.call('runs.list', {})).runs;
    return run?.state === 'failed' && run.reason === 'The training engine ran out of memory.';
  });
  expect(engine.started).toHaveLength(1);
});

it('cancels a running run and a waiting one', async () => {
  const { engine, studio, start, startedJobs, stateOf } = await shapesProject();
  const { runs } = await start(3);
  await startedJobs(1);
  await studio.call('runs.cancel', { id: runs[1]!.id });
  await studio.call('runs.cancel', { id: runs[0]!.id });
  await startedJobs(2);
  expect(await stateOf(runs[0]!.id)).toBe('cancelled');
  expect(await stateOf(runs[1]!.id)).toBe('cancelled');
  expect(engine.started[1]!.job.runId).toBe(runs[2]!.id);
  await expect(studio.call('runs.cancel', { id: runs[0]!.id })).rejects.toThrow('ended already');
});

it('puts a running run back into the queue when the project is closed, and goes on when it is opened', async () => {
  const { engine, studio, folder, start, startedJobs, stateOf } = await shapesProject();
  const { runs } = await start(2);
  await startedJobs(1);
  engine.started[0]!.epoch(0.5);
  await studio.call('project.close', {});
  await studio.call('project.open', { path: folder });
  await startedJobs(2);
  expect(engine.started[1]!.job.runId).toBe(runs[0]!.id);
  expect((await studio.call('runs.epochs', { id: runs[0]!.id })).epochs).toEqual([]);
  expect(await stateOf(runs[1]!.id)).toBe('queued');
});

it('leaves the queue alone when it is opened for one command', async () => {
  const { studio, folder, start, startedJobs } = await shapesProject();
  const { runs } = await start(1);
  await startedJobs(1);
  await studio.close();
  const engine = fakeEngine();
  const another = createStudio({ engine, resumesQueue: false });
  onTestFinished(() => another.close());
  await another.call('project.open', { path: folder });
  expect((await another.call('runs.list', {})).runs[0]).toMatchObject({
    id: runs[0]!.id,
    state: 'queued',
  });
  await another.call('runs.start', {
    runs: [{ recipe: 'feature-extraction', backbone: 'mobilenet_v2' }],
  });
  await until('the waiting run goes first', () => engine.started[0]?.job.runId === runs[0]!.id);
});

it('deletes a run, stopping it first, and keeps its folder until it can no longer be brought back', async () => {
  const { engine, studio, folder, start, startedJobs } = await shapesProject();
  const { runs } = await start(2);
  await startedJobs(1);
  await studio.call('runs.delete', { id: runs[0]!.id });
  await startedJobs(2);
  expect((await studio.call('runs.list', {})).runs.map(({ id }) => id)).toEqual([runs[1]!.id]);
  engine.started[1]!.epoch(1);
  engine.started[1]!.finish(1);
  await until('the second run is finished', async () => {
    const [run] = (await studio.call('runs.list', {})).runs;
    return run?.state === 'finished';
  });
  const id = runs[1]!.id;
  const own = join(folder, 'runs', String(id));
  await writeFile(join(own, 'model.onnx'), '12345');
  const { bytes } = await studio.call('runs.delete', { id });
  expect(bytes).toBeGreaterThanOrEqual(5);
  expect((await studio.call('runs.list', {})).runs).toEqual([]);
  const deleted = await studio.call('runs.deleted', {});
  expect(deleted.runs.map((run) => run.id)).toEqual([runs[0]!.id, id]);
  expect(deleted.bytes).toBe(bytes);
  expect(Date.parse(deleted.runs[1]!.until) - Date.now()).toBeGreaterThan(29 * 86_400_000);

  // Undo and redo, as of everything; the events say what came and went.
  const back = nextEvent(studio, 'run.changed');
  expect(await studio.call('labels.undo', {})).toEqual({
    what: `delete run ${id} (Feature extraction)`,
  });
  expect((await back).run).toMatchObject({ id, state: 'finished' });
  const gone = nextEvent(studio, 'run.deleted');
  await studio.call('labels.redo', {});
  expect(await gone).toEqual({ id });

  expect(existsSync(own)).toBe(true);
  expect(await studio.call('runs.free', {})).toEqual({ runs: 2 });
  expect(existsSync(own)).toBe(false);
  const { project } = await studio.call('project.current', {});
  expect(project!.undo.undo).toMatch(/^import 30 pictures/);
});

it('removes a deleted run after 30 days, when the project is opened, also where that was cut off', async () => {
  const { engine, studio, folder, start, startedJobs } = await shapesProject();
  const { runs } = await start(2);
  for (const [at, { id }] of runs.entries()) {
    await startedJobs(at + 1);
    engine.started[at]!.epoch(1);
    engine.started[at]!.finish(1);
    await until('it is finished', async () =>
      (await studio.call('runs.list', {})).runs.every(
        (run) => run.id !== id || run.state === 'finished',
      ),
    );
    await studio.call('runs.delete', { id });
  }
  const reopened = async (days: number) => {
    await studio.call('project.close', {});
    const now = Date.now();
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now + days * 86_400_000);
    await studio.call('project.open', { path: folder });
    clock.mockRestore();
    return (await studio.call('runs.deleted', {})).runs.length;
  };
  expect(await reopened(29)).toBe(2);
  const folders = runs.map(({ id }) => join(folder, 'runs', String(id)));
  await rm(folders[0]!, { recursive: true }); // as a kill in the middle leaves it
  expect(await reopened(31)).toBe(0);
  expect(folders.map((path) => existsSync(path))).toEqual([false, false]);
  expect((await studio.call('project.current', {})).project!.undo.undo).toMatch(/^import/);
});

it('names a file that is gone', async () => {
  const { studio, folder, start } = await shapesProject();
  await rm(join(folder, 'shapes', 'square', 'square 3.png'));
  const failed = nextEvent(studio, 'run.changed', ({ run }) => run.state === 'failed');
  await start();
  expect((await failed).run.reason).toMatch(/square 3\.png cannot be read: put the files back/);
});

it('trains on nothing that is excluded', async () => {
  const { engine, studio, start, startedJobs } = await shapesProject();
  const { labels } = (await studio.call('project.current', {})).project!;
  const filter = { label: labels[0]!.id };
  const { ids } = await studio.call('images.query', { filter, sort: 'name' });
  await studio.call('images.mark', { imageIds: ids.slice(0, 1), excluded: true });
  await start(1);
  await startedJobs(1);
  const used = engine.started[0]!.job.examples.map(({ imageId }) => imageId);
  expect(used).not.toContain(ids[0]);
  expect(used).toContain(ids[1]);
  await studio.call('images.mark', { imageIds: ids.slice(2), excluded: true });
  await expect(start(1)).rejects.toThrow(`to train.`);
});

it('says what is missing before it queues anything', async () => {
  const { studio, start } = await shapesProject();
  const { labels } = (await studio.call('project.current', {})).project!;
  const { ids } = await studio.call('images.query', {
    filter: { label: labels[0]!.id },
    sort: 'name',
  });
  await studio.call('labels.assign', { imageIds: ids.slice(2), labelId: null });
  await expect(start()).rejects.toThrow('Label 1 more picture of circle to train.');
  await expect(
    studio.call('runs.start', { runs: [{ recipe: 'fine-tune-top', backbone: 'vgg16' }] }),
  ).rejects.toThrow('VGG16 has no weights here yet');
  expect((await studio.call('runs.list', {})).runs).toEqual([]);
});

it('compares finished runs and no others', async () => {
  const { engine, studio, start, startedJobs } = await shapesProject();
  const { runs } = await start(2);
  for (const [i, share] of [0.5, 1].entries()) {
    await startedJobs(i + 1);
    engine.started[i]!.epoch(share);
    if (i === 1) {
      await expect(studio.call('runs.compare', { ids: runs.map(({ id }) => id) })).rejects.toThrow(
        'only a finished run',
      );
    }
    const ended = nextEvent(studio, 'run.changed', ({ run }) => run.state === 'finished');
    engine.started[i]!.finish(share);
    await ended;
  }
  const { pairs, headline } = await studio.call('runs.compare', { ids: runs.map(({ id }) => id) });
  expect(pairs).toEqual([
    expect.objectContaining({ onlyA: 0, onlyB: 3, pValue: expect.closeTo(0.25, 12) }),
  ]);
  expect(headline).toContain('No clear winner');
});

it('lets whoever hears of a start cancel it at once', async () => {
  const { engine, studio, start, startedJobs, stateOf } = await shapesProject();
  const heard = Promise.withResolvers<unknown>();
  const unsubscribe = studio.subscribe((event) => {
    if (event.name !== 'run.changed' || event.data.run.state !== 'running') return;
    unsubscribe();
    heard.resolve(studio.call('runs.cancel', { id: event.data.run.id }));
  });
  const { runs } = await start(2);
  await heard.promise;
  expect(await stateOf(runs[0]!.id)).toBe('cancelled');
  await startedJobs(1);
  expect(engine.started[0]!.job.runId).toBe(runs[1]!.id);
});

it('asks for another picture of a label whose test images were given another label', async () => {
  const { studio, start, startedJobs } = await shapesProject();
  await start();
  await startedJobs(1);
  const { labels } = (await studio.call('project.current', {})).project!;
  const [circle, square] = labels;
  const { ids } = await studio.call('images.query', {
    filter: { label: circle!.id, split: 'test' },
    sort: 'name',
  });
  await studio.call('labels.assign', { imageIds: ids, labelId: square!.id });
  await expect(start()).rejects.toThrow(
    'Label another picture of circle to train: none of its pictures is in the test set.',
  );
  await studio.call('labels.undo', {});
  await expect(start()).resolves.toMatchObject({ runs: [{ state: 'queued' }] });
});

it('writes a finished model where it is asked to, and says why it cannot', async () => {
  const { engine, studio, folder, start, startedJobs } = await shapesProject();
  const { runs } = await start();
  const id = runs[0]!.id;
  const save = (out: string) => studio.call('runs.export', { id, format: 'onnx', out });
  await startedJobs(1);
  await expect(save(join(folder, 'model.onnx'))).rejects.toThrow('only a finished run');
  const model = join(folder, 'runs', String(id), 'model.onnx');
  await writeFile(model, 'a model');
  engine.started[0]!.epoch(1);
  const ended = nextEvent(studio, 'run.changed', ({ run }) => run.state === 'finished');
  engine.started[0]!.finish(1);
  await ended;

  const out = join(folder, 'frogs.onnx');
  await writeFile(out, 'an older model');
  expect(await save(out)).toEqual({ path: out, bytes: 7 });
  expect(await readFile(out, 'utf8')).toBe('a model');
  await expect(save(folder)).rejects.toThrow('is a folder. Name a file in it, such as model.onnx.');
  await expect(save(join(folder, 'no', 'm.onnx'))).rejects.toThrow('does not exist');
  await rm(model);
  await expect(save(out)).rejects.toThrow('is gone');
  expect(await readFile(out, 'utf8')).toBe('a model');
});

it('keeps the pictures and labels of a waiting run over a restart, whatever is labelled then', async () => {
  const { engine, studio, folder, start, startedJobs } = await shapesProject();
  await start(2);
  await startedJobs(1);
  await studio.call('project.close', {});
  const another = createStudio({ engine: fakeEngine(), resumesQueue: false });
  await another.call('project.open', { path: folder });
  const { ids } = await another.call('images.query', { filter: {}, sort: 'name' });
  const [circle, square] = (await another.call('project.current', {})).project!.labels;
  await another.call('labels.assign', { imageIds: [ids[0]!], labelId: square!.id });
  await another.call('labels.assign', { imageIds: [ids.at(-1)!], labelId: circle!.id });
  await another.close();
  await studio.call('project.open', { path: folder });
  await startedJobs(2);
  engine.started[1]!.epoch(1);
  engine.started[1]!.finish(1);
  await startedJobs(3);
  for (const { job } of engine.started.slice(1)) {
    expect(job.examples).toEqual(engine.started[0]!.job.examples);
    expect(job.classes).toEqual(engine.started[0]!.job.classes);
  }
});

it('resumes a run that crashed after an epoch, and a cancelled one', async () => {
  const { engine, studio, start, startedJobs } = await shapesProject();
  const id = (await start()).runs[0]!.id;
  await startedJobs(1);
  const [first] = engine.started;
  await leaveCheckpoint(first!.job.runFolder, 7);
  await writeFile(join(first!.job.runFolder, '.checkpoint.safetensors.half.tmp'), '');
  const failed = nextEvent(studio, 'run.changed', ({ run }) => run.state === 'failed');
  first!.fail('The training engine crashed (SIGSEGV).');
  expect((await failed).run).toMatchObject({
    reason:
      'The training engine crashed (SIGSEGV). It was interrupted after epoch 7; Resume goes on from there.',
    checkpointEpoch: 7,
  });
  expect(await readdir(first!.job.runFolder)).toEqual(['checkpoint.safetensors']);

  expect((await studio.call('runs.resume', { id })).run).toMatchObject({ id, reason: null });
  await startedJobs(2);
  expect(engine.started[1]!.job).toEqual(first!.job);
  await studio.call('runs.cancel', { id });
  expect((await studio.call('runs.list', {})).runs[0]).toMatchObject({
    state: 'cancelled',
    checkpointEpoch: 7,
  });
  await studio.call('runs.resume', { id });
  await startedJobs(3);
  engine.started[2]!.epoch(1);
  const finished = nextEvent(studio, 'run.changed', ({ run }) => run.state === 'finished');
  engine.started[2]!.finish(1);
  expect((await finished).run.checkpointEpoch).toBe(null);
  await until('the checkpoint is gone', async () => {
    return (await readdir(first!.job.runFolder)).length === 0;
  });
  await expect(studio.call('runs.resume', { id })).rejects.toThrow('it is finished');
});

it('says why a run cannot be resumed', async () => {
  const { engine, studio, start, startedJobs } = await shapesProject();
  const id = (await start()).runs[0]!.id;
  await startedJobs(1);
  await expect(studio.call('runs.resume', { id })).rejects.toThrow('it is running');
  await studio.call('runs.cancel', { id });
  await expect(studio.call('runs.resume', { id })).rejects.toThrow('before its first epoch');
  const second = (await start()).runs[0]!.id;
  await startedJobs(2);
  const { runFolder } = engine.started[1]!.job;
  await leaveCheckpoint(runFolder, 1);
  await studio.call('runs.cancel', { id: second });
  await rm(runFolder, { recursive: true });
  await expect(studio.call('runs.resume', { id: second })).rejects.toThrow('is gone or damaged');
});
