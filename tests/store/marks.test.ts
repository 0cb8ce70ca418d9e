import { describe, expect, it } from 'vitest';
import type { Store } from '../../src-main/store/store.ts';
import { addImages, newStore, reopen } from '../helpers/store.ts';

const marks = (store: Store, id: number) => {
  const { unsure, excluded, note } = store.images.get(id);
  return { unsure, excluded, note };
};
const none = { unsure: false, excluded: false, note: '' };

async function pond() {
  const { path, store } = await newStore();
  const ids = addImages(store, ['/a.jpg', '/b.jpg', '/c.jpg', '/d.jpg']);
  const frog = store.labels.create('frog');
  return { path, store, ids, frog };
}

describe('marks', () => {
  it('change what is given and leave the rest, in one step for many, across a restart', async () => {
    const { path, store, ids } = await pond();
    const [a, b, c] = ids as [number, number, number];
    expect(store.marks.set([a, b], { unsure: true })).toBe(2);
    expect(store.marks.set([a, b, c], { unsure: true, note: 'two of them' })).toBe(3);
    store.marks.set([b], { excluded: true });
    const again = reopen(path, store);
    expect(marks(again, a)).toEqual({ ...none, unsure: true, note: 'two of them' });
    expect(marks(again, b)).toEqual({ unsure: true, excluded: true, note: 'two of them' });
    expect(again.nextUndo().undo).toBe('exclude 1 picture');
    again.undo();
    again.undo();
    expect([marks(again, b), marks(again, c)]).toEqual([{ ...none, unsure: true }, none]);
    expect(again.undo()).toMatchObject({ what: 'mark 2 pictures as unsure', imageIds: [a, b] });
    expect(marks(again, a)).toEqual(none);
    again.redo();
    expect(marks(again, b)).toEqual({ ...none, unsure: true });
  });

  it('that change nothing are no step; an unknown picture changes none', async () => {
    const { store, ids } = await pond();
    expect(store.marks.set(ids, { excluded: false, note: '' })).toBe(0);
    expect(store.nextUndo().undo).toBe('create the label frog');
    expect(() => store.marks.set([ids[0]!, 99], { unsure: true })).toThrow('Picture 99');
    expect(marks(store, ids[0]!)).toEqual(none);
  });

  it('are counted; what is excluded is in no set and not to be labelled', async () => {
    const { store, ids, frog } = await pond();
    const [a, b, c, d] = ids as [number, number, number, number];
    store.labels.assign([a, b], frog);
    store.splits.set(
      new Map([
        [a, 'train'],
        [b, 'test'],
      ]),
    );
    store.marks.set([b, c], { excluded: true });
    store.marks.set([d], { unsure: true });
    expect(store.images.marked()).toEqual({ unsure: 1, excluded: 2, unlabelled: 1 });
    expect(store.labels.list()).toMatchObject([{ count: 2, excluded: 1 }]);
    expect(store.images.labelled().map(({ id }) => id)).toEqual([a]);
    expect(store.images.splitCounts()).toEqual({ train: 1, validation: 0, test: 0 });
    expect(store.images.query({}, 'unlabelled-first')).toEqual([d, a, b, c]);
  });

  it('are in the history of an image beside its labels', async () => {
    const { store, ids, frog } = await pond();
    const [a] = ids as [number];
    store.marks.set([a], { unsure: true, note: 'a newt?' });
    store.labels.assign([a], frog);
    store.marks.set([a], { unsure: false, note: '' });
    const told = store.images.history(a).map(({ what, value }) => [what, value]);
    expect(told.slice(0, 2).sort()).toEqual([
      ['note', null],
      ['unsure', null],
    ]);
    expect(told[2]).toEqual(['label', 'frog']);
    expect(told.slice(3).sort()).toEqual([
      ['note', 'a newt?'],
      ['unsure', 'yes'],
    ]);
  });
});

describe('the history of the project', () => {
  it('lists every step with its pictures, the latest first, page by page', async () => {
    const { store, ids, frog } = await pond();
    store.labels.assign(ids, frog);
    store.marks.set([ids[0]!], { note: 'blurred' });
    store.undo();
    const { history } = store;
    const page = history.list(Number.MAX_SAFE_INTEGER, 2);
    expect(page).toMatchObject([
      { what: 'note on 1 picture', undone: true, images: 1, some: [ids[0]] },
      { what: 'label 4 pictures as frog', undone: false, images: 4 },
    ]);
    expect(history.list(page[1]!.id, 10).map(({ what }) => what)).toEqual([
      'create the label frog',
    ]);
    expect(history.count()).toBe(3);
  });

  it('turns back to any step, and forth again', async () => {
    const { store, ids, frog } = await pond();
    store.labels.assign([ids[0]!], frog);
    const step = store.history.list(Number.MAX_SAFE_INTEGER, 1)[0]!.id;
    store.labels.assign([ids[1]!], frog);
    store.marks.set([ids[1]!], { unsure: true });
    store.views.create('frogs', { label: frog }, 'name');
    expect(store.history.turnTo(step).undone).toHaveLength(3);
    expect(store.images.query({ label: frog }, 'imported')).toEqual([ids[0]]);
    expect(store.views.list()).toEqual([]);
    const { redone } = store.history.turnTo(store.history.list(Number.MAX_SAFE_INTEGER, 1)[0]!.id);
    expect(redone.at(-1)).toMatchObject({ what: 'save the view frogs', views: true });
    expect(store.images.query({ unsure: true }, 'imported')).toEqual([ids[1]]);
    store.history.turnTo(0);
    expect(store.labels.list()).toEqual([]);
  });
});

describe('piles', () => {
  it('are sorted in one step, or not at all', async () => {
    const { store, ids, frog } = await pond();
    const [a, b, c, d] = ids as [number, number, number, number];
    const newt = store.labels.create('newt');
    store.labels.assign([d], frog);
    const piles = [
      { imageIds: [a, b], labelId: frog },
      { imageIds: [c], labelId: newt },
      { imageIds: [d], labelId: null },
    ];
    expect(() => store.labels.sort([...piles, { imageIds: [99], labelId: frog }])).toThrow('99');
    expect(store.images.get(a).labelId).toBeNull();
    expect(store.labels.sort(piles).changed).toBe(4);
    expect(ids.map((id) => store.images.get(id).labelId)).toEqual([frog, frog, newt, null]);
    expect(store.undo()!.what).toBe('sort 4 pictures into piles');
    expect(ids.map((id) => store.images.get(id).labelId)).toEqual([null, null, null, frog]);
  });
});

describe('views', () => {
  it('keep a filter and an order under a name; every change can be undone', async () => {
    const { path, store, frog } = await pond();
    const { id } = store.views.create('Blurry, to redo', { noted: true, text: 'x' }, 'name');
    store.views.update(id, { name: 'To redo' });
    store.views.update(id, { filter: { label: frog, confidence: { to: 0.5 } }, sort: 'label' });
    expect(() => store.views.create('to REDO', {}, 'name')).toThrow('already a view “To redo”');
    const again = reopen(path, store);
    expect(again.views.list()).toEqual([
      { id, name: 'To redo', filter: { label: frog, confidence: { to: 0.5 } }, sort: 'label' },
    ]);
    again.views.delete(id);
    expect(again.views.list()).toEqual([]);
    for (let i = 0; i < 3; i++) again.undo();
    expect(again.views.get(id)).toMatchObject({
      name: 'Blurry, to redo',
      filter: { noted: true, text: 'x' },
      sort: 'name',
    });
    expect(() => again.views.get(99)).toThrow('View 99 is not in this project.');
  });
});
