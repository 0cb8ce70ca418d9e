import { describe, expect, it } from 'vitest';
import type { Store } from '../../src-main/store/store.ts';
import { addImages, newStore, reopen } from '../helpers/store.ts';

const paths = ['/a.jpg', '/b.jpg', '/c.jpg', '/d.jpg'];

/** Everything that undo and redo must bring back. */
const state = (store: Store) => ({
  labels: store.labels.list(),
  images: store.images.getMany(store.images.query({}, 'imported')).map((image) => image.labelId),
  history: store.images.query({}, 'imported').map((id) => store.images.history(id)),
});

async function pond() {
  const { path, store } = await newStore();
  const ids = addImages(store, paths);
  const frog = store.labels.create('frog');
  const newt = store.labels.create('newt');
  return { path, store, ids, frog, newt };
}

describe('labels', () => {
  it('get the first colour that is free, and the rarest when none is', async () => {
    const { store } = await newStore();
    store.labels.create('a', 2);
    for (let i = 0; i < 10; i++) store.labels.create(`label ${i}`);
    expect(store.labels.list().map(({ colour }) => colour)).toEqual([
      2, 1, 3, 4, 5, 6, 7, 8, 9, 10, 1,
    ]);
  });

  it('have names that differ in more than case and the composition of accents', async () => {
    const { store, newt } = await pond();
    store.labels.create('Käfer');
    expect(() => store.labels.create('Frog')).toThrow('There is already a label “frog”.');
    expect(() => store.labels.create('ka\u0308fer')).toThrow('There is already a label “Käfer”.');
    expect(() => store.labels.update(newt, { name: 'FROG' })).toThrow('already a label “frog”');
    store.labels.update(newt, { name: 'Newt' });
    expect(store.labels.list().map(({ name }) => name)).toEqual(['frog', 'Newt', 'Käfer']);
  });

  it('can be made again under the name of a deleted one', async () => {
    const { store, frog } = await pond();
    store.labels.delete(frog);
    expect(store.labels.create('frog')).not.toBe(frog);
  });

  it('count the images that carry them', async () => {
    const { store, ids, frog } = await pond();
    expect(store.labels.assign(ids.slice(0, 3), frog).changed).toBe(3);
    expect(store.labels.assign([ids[2]!, ids[3]!, ids[3]!], frog).changed).toBe(1);
    expect(store.labels.list().map(({ count }) => count)).toEqual([4, 0]);
  });

  it('are given to all images or to none: an unknown image or label is named', async () => {
    const { store, ids, frog, newt } = await pond();
    expect(() => store.labels.assign([ids[0]!, 99], frog)).toThrow(
      'Picture 99 is not in this project.',
    );
    expect(() => store.labels.assign(ids, 99)).toThrow('Label 99 is not in this project.');
    expect(() => store.labels.merge(newt, newt)).toThrow('cannot be merged into itself');
    expect(store.images.get(ids[0]!).labelId).toBeNull();
    expect(store.nextUndo().undo).toBe('create the label newt');
  });
});

describe('undo and redo', () => {
  it('take back and do again every kind of step, each across a restart', async () => {
    let { path, store, ids, frog, newt } = await pond();
    const steps: readonly [string, () => unknown][] = [
      ['label 3 pictures as frog', () => store.labels.assign(ids.slice(0, 3), frog)],
      ['label 2 pictures as newt', () => store.labels.assign(ids.slice(2), newt)],
      ['clear the label of 1 picture', () => store.labels.assign([ids[0]!], null)],
      ['create the label toad', () => store.labels.create('toad')],
      ['rename frog to Frog', () => store.labels.update(frog, { name: 'Frog' })],
      ['recolour Frog', () => store.labels.update(frog, { colour: 7 })],
      ['merge newt into Frog', () => store.labels.merge(newt, frog)],
      ['delete the label Frog', () => store.labels.delete(frog)],
    ];
    const before = [];
    for (const [what, step] of steps) {
      before.push(state(store));
      step();
      expect(store.nextUndo()).toEqual({ undo: what, redo: null });
    }
    const after = state(store);

    for (const [i, [what]] of [...steps.entries()].reverse()) {
      store = reopen(path, store);
      expect(store.undo()!.what).toBe(what);
      expect(store.nextUndo().redo).toBe(what);
      expect(state(store)).toEqual(before[i]);
    }
    for (const [what] of steps) {
      store = reopen(path, store);
      expect(store.redo()!.what).toBe(what);
    }
    expect(state(store)).toEqual(after);
    expect(store.redo()).toBeNull();
  });

  it('have nothing to do at the ends', async () => {
    const { store } = await newStore();
    expect([store.undo(), store.redo()]).toEqual([null, null]);
  });

  it('tell which images changed', async () => {
    const { store, ids, frog } = await pond();
    store.labels.assign([ids[1]!, ids[3]!], frog);
    expect(store.undo()!.imageIds).toEqual([ids[1], ids[3]]);
  });

  it('forget what could be redone as soon as something new is done, and only then', async () => {
    const { store, ids, frog, newt } = await pond();
    store.labels.assign([ids[0]!], frog);
    store.labels.assign([ids[1]!], frog);
    store.undo();
    store.labels.assign([ids[0]!], frog); // it is one already: nothing new
    store.labels.update(newt, { name: 'newt' });
    expect(store.nextUndo().redo).toBe('label 1 picture as frog');
    store.labels.assign([ids[2]!], newt);
    expect(store.nextUndo()).toEqual({ undo: 'label 1 picture as newt', redo: null });
    expect(store.images.history(ids[1]!)).toEqual([]);
  });
});

describe('the history of an image', () => {
  it('tells every label it had, the latest first, but not what was undone', async () => {
    const { store, ids, frog, newt } = await pond();
    const [id] = ids as [number];
    store.labels.assign([id], frog);
    store.labels.assign([id], null);
    store.labels.assign([id], newt);
    store.labels.merge(newt, frog);
    const labels = () => store.images.history(id).map(({ value }) => value);
    expect(labels()).toEqual(['frog', 'newt', null, 'frog']);
    store.undo();
    expect(labels()).toEqual(['newt', null, 'frog']);
    expect(() => store.images.history(99)).toThrow('Picture 99 is not in this project.');
  });
});

describe('labelling by name in batches', () => {
  it('is one step, whatever the number of batches and new labels', async () => {
    const { store, ids, frog } = await pond();
    const empty = state(store);
    const [a, b, c, d] = ids as [number, number, number, number];
    const first = store.labels.assignByName(
      new Map([
        ['FROG', [a]],
        ['toad', [b]],
      ]),
    );
    const second = store.labels.assignByName(
      new Map([
        ['toad', [c]],
        ['eft', [d]],
      ]),
      first.operation,
    );
    expect(second.operation).toBe(first.operation);
    expect(store.labels.list().map(({ name, count }) => [name, count])).toEqual([
      ['frog', 1],
      ['newt', 0],
      ['toad', 2],
      ['eft', 1],
    ]);
    expect(store.images.get(a).labelId).toBe(frog);
    expect(store.undo()!.what).toBe('label 4 pictures by their folders');
    expect(state(store)).toEqual(empty);
  });

  it('begins a new step when something else was done or undone in between', async () => {
    const { store, ids, newt } = await pond();
    const [a, b, c] = ids as [number, number, number, number];
    const first = store.labels.assignByName(new Map([['toad', [a]]]));
    store.labels.assign([b], newt);
    const second = store.labels.assignByName(new Map([['toad', [b]]]), first.operation);
    expect(second.operation).not.toBe(first.operation);
    expect(store.nextUndo().undo).toBe('label 1 picture by their folders');
    store.undo();
    expect(store.images.get(b).labelId).toBe(newt);
    store.undo();
    const third = store.labels.assignByName(new Map([['toad', [c]]]), first.operation);
    expect(third.operation).not.toBe(first.operation);
    expect(store.nextUndo().redo).toBeNull();
    store.undo();
    expect(store.images.get(a).labelId).not.toBeNull();
  });
});
