import { describe, expect, it } from 'vitest';
import type { NewRun, Outcome } from '../../src-main/store/runs.ts';
import type { Store } from '../../src-main/store/store.ts';
import type { Epoch } from '../../src-shared/domain.ts';
import { defaultSettings } from '../../src-shared/recipes.ts';
import { addImages, newStore, reopen } from '../helpers/store.ts';

const counts = { train: 6, validation: 2, test: 4 };
const classes = [
  { labelId: 1, name: 'frog', colour: 1 },
  { labelId: 2, name: 'newt', colour: 2 },
];
const asked: NewRun = {
  backbone: 'resnet18',
  recipe: 'fine-tune-top',
  settings: { ...defaultSettings['fine-tune-top'], seed: 7 },
  classes,
  counts,
};
const epoch = (number: number, of: Partial<Epoch> = {}): Epoch => ({
  epoch: number,
  trainLoss: 1 / number,
  validationLoss: 2 / number,
  validationAccuracy: 0.5,
  imagesPerSecond: 12.5,
  secondsLeft: 3,
  ...of,
});

/** Three of four are right. */
const outcome: Outcome = {
  trained: '2 of 10 blocks',
  trainedBlocks: 2,
  bestEpoch: 2,
  quantisation: null,
  layers: [{ block: 'stem', accuracy: 0.5, loss: 1 }],
  temperature: 1.5,
  validationPredictions: [],
  predictions: [
    { imageId: 1, actual: 0, probabilities: Float32Array.of(0.9, 0.1) },
    { imageId: 2, actual: 0, probabilities: Float32Array.of(0.25, 0.75) },
    { imageId: 3, actual: 1, probabilities: Float32Array.of(0.5 - 2 ** -20, 0.5 + 2 ** -20) },
    { imageId: 4, actual: 1, probabilities: Float32Array.of(0, 1) },
  ],
};

function trainedRun(store: Store): number {
  addImages(store, ['/1.jpg', '/2.jpg', '/3.jpg', '/4.jpg']);
  const { id } = store.runs.create(asked);
  store.runs.start(id, { classes, counts });
  store.epochs.add(id, epoch(1));
  store.epochs.add(id, epoch(2, { validationAccuracy: 0.75, validationLoss: 0.4 }));
  store.epochs.add(id, epoch(3));
  return id;
}

describe('runs', () => {
  it('wait with what was asked', async () => {
    const { path, store } = await newStore();
    const run = store.runs.create(asked);
    expect(run).toMatchObject({ ...asked, id: 1, state: 'queued', epochs: 0 });
    expect(run).toMatchObject({ startedAt: null, finishedAt: null, seconds: null, reason: null });
    expect(run).toMatchObject({ validation: null, test: null, bestEpoch: null, trained: null });
    expect(reopen(path, store).runs.list()).toEqual([run]);
  });

  it('take their figures from their best epoch and from what they said of the test images', async () => {
    const { path, store } = await newStore();
    const id = trainedRun(store);
    const finished = store.runs.finish(id, outcome);
    expect(finished).toMatchObject({
      state: 'finished',
      epochs: 3,
      bestEpoch: 2,
      trainedBlocks: 2,
    });
    expect(finished.validation).toEqual({ accuracy: 0.75, loss: 0.4 });
    expect(finished.test).toMatchObject({ accuracy: 0.75, count: 4 });
    // Wilson (1927), z = 1.96: 3 of 4.
    expect(finished.test!.low).toBeCloseTo(0.3006, 3);
    expect(finished.test!.high).toBeCloseTo(0.9544, 3);
    // F1 of frog: 2/3, of newt: 4/5.
    expect(finished.test!.macroF1).toBeCloseTo((2 / 3 + 4 / 5) / 2, 12);
    expect(finished.seconds).toBeGreaterThanOrEqual(0);

    const again = reopen(path, store);
    expect(again.runs.get(id)).toEqual(finished);
    expect(again.epochs.list(id).map((one) => one.epoch)).toEqual([1, 2, 3]);
    expect(again.epochs.list(id)[1]).toEqual(
      epoch(2, { validationAccuracy: 0.75, validationLoss: 0.4 }),
    );
    expect(again.predictions.list(id, 'test')).toEqual(outcome.predictions);
  });

  it('keep nothing of a result that cannot be kept whole', async () => {
    const { store } = await newStore();
    const id = trainedRun(store);
    const unknownImage = [{ ...outcome.predictions[0]!, imageId: 99 }];
    expect(() => store.runs.finish(id, { ...outcome, predictions: unknownImage })).toThrow(
      'FOREIGN KEY',
    );
    expect(() => store.runs.finish(id, { ...outcome, bestEpoch: 9 })).toThrow('never stored');
    expect(store.runs.get(id).state).toBe('running');
    expect(store.predictions.list(id, 'test')).toEqual([]);
    expect(store.runs.finish(id, outcome).test!.count).toBe(4);
  });

  it('end without a result, saying why', async () => {
    const { store } = await newStore();
    const a = store.runs.create(asked).id;
    const b = trainedRun(store);
    expect(store.runs.end(a, 'cancelled', null)).toMatchObject({
      state: 'cancelled',
      seconds: null,
    });
    const failed = store.runs.end(b, 'failed', 'The engine ran out of memory.');
    expect(failed).toMatchObject({
      state: 'failed',
      reason: 'The engine ran out of memory.',
      test: null,
    });
    expect(failed.seconds).toBeGreaterThanOrEqual(0);
  });

  it('refuse a change that their state does not allow, and leave everything as it was', async () => {
    const { store } = await newStore();
    const id = trainedRun(store);
    expect(() => store.runs.start(id, { classes, counts })).toThrow(
      'is running and cannot be started',
    );
    expect(store.epochs.list(id)).toHaveLength(3);
    expect(() => store.runs.delete(id)).toThrow('is running and cannot be deleted');
    store.runs.end(id, 'cancelled', null);
    expect(() => store.runs.finish(id, outcome)).toThrow('is cancelled and cannot be finished');
    expect(() => store.runs.requeue(id)).toThrow('is cancelled');
    expect(() => store.runs.get(9)).toThrow('Run 9 is not in this project.');
    expect(() => store.runs.delete(9)).toThrow('Run 9 is not in this project.');
  });

  it('go back to their place in the queue with their epochs', async () => {
    const { store } = await newStore();
    const first = trainedRun(store);
    const second = store.runs.create(asked).id;
    expect(store.runs.requeue(first)).toMatchObject({
      state: 'queued',
      startedAt: null,
      epochs: 3,
    });
    expect(store.runs.inState('queued').map(({ id }) => id)).toEqual([first, second]);
  });

  it('have failed when the studio was killed under them; who waited still waits', async () => {
    const { path, store } = await newStore();
    const running = trainedRun(store);
    const waiting = store.runs.create(asked).id;
    const again = reopen(path, store);
    again.runs.failInterrupted(running, 'Graft was closed while this run was training.', 3);
    expect(again.runs.get(running)).toMatchObject({
      state: 'failed',
      reason: 'Graft was closed while this run was training.',
      finishedAt: null,
      seconds: null,
      epochs: 3,
      checkpointEpoch: 3,
    });
    expect(again.runs.get(waiting).state).toBe('queued');
    expect(again.runs.resume(running)).toMatchObject({ state: 'queued', reason: null });
    expect(() => again.runs.resume(waiting)).toThrow('is queued and cannot be resumed');
    expect(again.runs.start(running, { classes, counts }).checkpointEpoch).toBe(null);
    again.epochs.replace(running, again.epochs.list(running).slice(0, 2));
    expect(again.runs.get(running).epochs).toBe(2);
  });

  it('record what computed them, and may go on elsewhere', async () => {
    const { store } = await newStore();
    const waiting = store.runs.create(asked);
    expect(waiting.runtime).toBe(null);
    const id = trainedRun(store);
    expect(store.runs.computedWith(id, 'tensorflow').runtime).toBe('tensorflow');
    store.runs.end(id, 'cancelled', null, 2);
    const { settings } = store.runs.resume(id, { runtime: 'onnxruntime' });
    expect(settings).toEqual({ ...asked.settings, runtime: 'onnxruntime' });
  });

  it('can be deleted and brought back with all that is theirs, across restarts', async () => {
    const { path, store } = await newStore();
    addImages(store, ['/1.jpg', '/2.jpg', '/3.jpg', '/4.jpg']);
    const id = trainedRun(store);
    const run = store.runs.finish(id, outcome);
    store.runs.delete(id);
    expect(store.nextUndo().undo).toBe(`delete run ${id} (Fine-tune top)`);
    const again = reopen(path, store);
    expect(again.runs.list()).toEqual([]);
    expect(() => again.runs.get(id)).toThrow(`Run ${id} is not in this project.`);
    expect(again.runs.deleted()).toMatchObject([{ id, recipe: 'fine-tune-top' }]);
    expect(again.undo()).toMatchObject({ runs: [{ id, deleted: false }], imageIds: [] });
    expect(again.runs.get(id)).toEqual(run);
    expect(again.redo()).toMatchObject({ runs: [{ id, deleted: true }] });
    expect(again.runs.list()).toEqual([]);
    // Not while it is being trained: it may have been resumed.
    again.undo();
    const failed = trainedRun(again);
    again.runs.end(failed, 'cancelled', null, 2);
    again.runs.delete(failed);
    again.undo();
    again.runs.resume(failed);
    expect(() => again.redo()).toThrow(`Run ${failed} is being trained.`);
    expect(again.runs.get(failed).state).toBe('queued');
  });

  it('leave nothing when they can no longer be brought back, and their number is not used again', async () => {
    const { store } = await newStore();
    addImages(store, ['/1.jpg', '/2.jpg', '/3.jpg', '/4.jpg']);
    const frog = store.labels.create('frog');
    const id = trainedRun(store);
    store.runs.finish(id, outcome);
    store.runs.delete(id);
    store.labels.assign([1], frog);
    store.runs.remove(7);
    store.runs.letGo('2020-01-01');
    expect([store.runs.deleted().length, store.runs.lost()]).toEqual([1, []]);
    store.runs.letGo('9999-01-01');
    expect([store.runs.deleted(), store.runs.lost()]).toEqual([[], [id]]);
    // What was done before and after it can be undone as ever.
    expect(store.undo()?.what).toBe('label 1 picture as frog');
    expect(store.undo()?.what).toBe('create the label frog');
    expect(store.undo()).toBeNull();
    store.runs.remove(id);
    expect([store.epochs.list(id), store.predictions.list(id, 'test')]).toEqual([[], []]);
    expect(store.runs.lost()).toEqual([]);
    expect(store.runs.create(asked).id).toBe(id + 1);
  });

  it('keep what their parts said, count them, and score them at the end', async () => {
    const { path, store } = await newStore();
    addImages(store, ['/1.jpg', '/2.jpg', '/3.jpg', '/4.jpg']);
    const settings = { ...asked.settings, folds: 3, repeats: 2 };
    const { id } = store.runs.create({ ...asked, settings });
    store.runs.start(id, { classes, counts });
    const [first, second, third, fourth] = outcome.predictions;
    store.epochs.add(id, epoch(1));
    expect(store.runs.finishPart(id, 1, [first!, second!])).toMatchObject({
      ...{ partsDone: 1, epochs: 0, crossValidation: null },
    });
    store.runs.finishPart(id, 2, [third!]);
    store.runs.finishPart(id, 3, [fourth!]);
    store.runs.finishPart(id, 4, [second!]);
    store.epochs.add(id, epoch(2));
    const finished = store.runs.finish(id, outcome);
    // Of four images in three folds one is wrong; with the other seed, the only one.
    expect(finished).toMatchObject({
      ...{ partsDone: 4, test: { accuracy: 0.75, count: 4 } },
      crossValidation: { accuracy: 0.75, count: 4 },
      foldMean: { values: [0.5, 1, 1] },
      seedMean: { values: [0.75, 0] },
    });
    const again = reopen(path, store);
    expect(again.runs.get(id)).toEqual(finished);
    expect([...again.predictions.ofParts(id).keys()]).toEqual([1, 2, 3, 4]);
    again.predictions.keepParts(id, 2);
    expect(again.runs.get(id).partsDone).toBe(2);
    again.runs.delete(id);
    again.runs.remove(id);
    expect(again.predictions.ofParts(id).size).toBe(0);
  });
});
