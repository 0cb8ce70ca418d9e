import { expect, it } from 'vitest';
import { addImages, newStore, reopen } from '../helpers/store.ts';

it('counts images by label and split through every kind of change', async () => {
  const { path, store } = await newStore();
  const counts = (of = store) => [
    of.images.count(),
    ...of.labels.list().map(({ count }) => count),
    of.images.splitCounts().train,
  ];
  const ids = addImages(
    store,
    Array.from({ length: 10 }, (_, i) => `/p/${i}.png`),
  );
  const [cat, dog] = [store.labels.create('cat'), store.labels.create('dog')];
  expect(counts()).toEqual([10, 0, 0, 0]);
  store.labels.assign(ids.slice(0, 6), cat);
  store.labels.assign(ids.slice(4, 8), dog);
  store.splits.set(new Map(ids.slice(0, 5).map((id) => [id, 'train'])));
  expect(counts()).toEqual([10, 4, 4, 5]);
  store.undo();
  expect(counts()).toEqual([10, 6, 0, 5]);
  expect(() =>
    store.transaction(() => {
      store.labels.assign(ids, dog);
      throw new Error('taken back');
    }),
  ).toThrow('taken back');
  expect(counts()).toEqual([10, 6, 0, 5]);
  store.labels.merge(cat, dog);
  expect(counts()).toEqual([10, 6, 5]);
  expect(counts(reopen(path, store))).toEqual([10, 6, 5]);
});
