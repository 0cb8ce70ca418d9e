import { describe, expect, it } from 'vitest';
import { naturalKey } from '../../src-main/store/text.ts';
import { addImages, foundImage, newStore, reopen } from '../helpers/store.ts';

describe('images', () => {
  it('are one image when their bytes are the same, wherever they lie', async () => {
    const { path, store } = await newStore();
    const original = foundImage('/a/frog.jpg', { width: 640, height: 480, bytes: 12_345 });
    const copy = { ...original, path: '/b/copy of frog.jpg', modifiedMs: 5 };
    expect(store.images.add(original)).toMatchObject({ id: 1, added: true });
    expect(store.images.add(copy)).toMatchObject({ id: 1, added: false });

    const again = reopen(path, store);
    expect(again.images.get(1)).toMatchObject({
      path: '/a/frog.jpg',
      name: 'frog.jpg',
      sha256: original.sha256,
      width: 640,
      height: 480,
      bytes: 12_345,
      labelId: null,
      split: null,
    });
    expect(again.images.bySha256(original.sha256)!.id).toBe(1);
    expect(again.images.bySha256('0'.repeat(64))).toBeUndefined();
    expect(again.images.count()).toBe(1);
  });

  it('are known again by their files, unless size or time tell that they changed', async () => {
    const { store } = await newStore();
    const file = foundImage('/a.jpg');
    store.images.add(file);
    expect(store.images.known(file)).toBe(1);
    expect(store.images.known({ ...file, bytes: file.bytes + 1 })).toBeUndefined();
    expect(store.images.known({ ...file, modifiedMs: file.modifiedMs + 0.25 })).toBeUndefined();
    const other = foundImage('/a.jpg', { sha256: 'f'.repeat(64), modifiedMs: 7 });
    store.images.add(other); // another picture under the old name
    expect(store.images.known(file)).toBeUndefined();
    expect(store.images.known(other)).toBe(2);
  });

  it('are given in the order asked, without those that are not there', async () => {
    const { store } = await newStore();
    addImages(store, ['/a.jpg', '/b.jpg', '/c.jpg']);
    expect(store.images.getMany([3, 9, 1, 3]).map(({ name }) => name)).toEqual([
      'c.jpg',
      'a.jpg',
      'c.jpg',
    ]);
    expect(() => store.images.get(9)).toThrow('Picture 9 is not in this project.');
  });

  it('can move, and are then sorted by their new name', async () => {
    const { store } = await newStore();
    addImages(store, ['/a.jpg', '/b.jpg']);
    store.images.place(1, '/elsewhere/z.jpg');
    expect(store.images.get(1)).toMatchObject({ path: '/elsewhere/z.jpg', name: 'z.jpg' });
    expect(store.images.query({}, 'name')).toEqual([2, 1]);
  });

  it('are added in a transaction all or none', async () => {
    const { store } = await newStore();
    const add = () =>
      store.transaction(() => {
        addImages(store, ['/a.jpg', '/b.jpg']);
        throw new Error('the disk is on fire');
      });
    expect(add).toThrow('the disk is on fire');
    expect(store.images.count()).toBe(0);
  });
});

describe('asking for images', () => {
  async function meadow() {
    const { store } = await newStore();
    const paths = [
      '/wet/IMG 10.jpg',
      '/dry/img 2.jpg',
      '/dry/Äpfel.jpg',
      '/wet/b.jpg',
      '/wet/a.jpg',
    ];
    const ids = addImages(store, paths);
    const [newt, frog2, frog10] = ['newt', 'Frog 2', 'frog 10'].map((name) =>
      store.labels.create(name),
    );
    store.labels.assign([1], newt!);
    store.labels.assign([2, 4], frog10!);
    store.labels.assign([5], frog2!);
    store.splits.set(
      new Map([
        [1, 'train'],
        [2, 'test'],
        [4, 'train'],
        [3, 'train'],
      ] as const),
    );
    return { store, ids, newt: newt!, frog2: frog2!, frog10: frog10! };
  }

  it('sorts as a file manager does: by import, by name, by label, the unlabelled first', async () => {
    const { store } = await meadow();
    expect(store.images.query({}, 'imported')).toEqual([1, 2, 3, 4, 5]);
    expect(store.images.query({}, 'name')).toEqual([5, 3, 4, 2, 1]);
    expect(store.images.query({}, 'label')).toEqual([5, 4, 2, 1, 3]);
    expect(store.images.query({}, 'unlabelled-first')).toEqual([3, 1, 2, 4, 5]);
  });

  it('filters by label, by none, by split, and by all of them', async () => {
    const { store, frog10 } = await meadow();
    expect(store.images.query({ label: frog10 }, 'name')).toEqual([4, 2]);
    expect(store.images.query({ label: 'none' }, 'name')).toEqual([3]);
    expect(store.images.query({ split: 'train' }, 'imported')).toEqual([1, 3, 4]);
    expect(store.images.query({ label: frog10, split: 'test', text: 'DRY' }, 'label')).toEqual([2]);
    expect(store.images.query({ label: 99 }, 'label')).toEqual([]);
  });

  it('finds text in paths and label names, whatever the case, and takes it literally', async () => {
    const { store, newt } = await meadow();
    expect(store.images.query({ text: 'img' }, 'imported')).toEqual([1, 2]);
    expect(store.images.query({ text: 'ÄPFEL' }, 'imported')).toEqual([3]);
    expect(store.images.query({ text: 'a\u0308pfel' }, 'imported')).toEqual([3]);
    expect(store.images.query({ text: 'frog' }, 'imported')).toEqual([2, 4, 5]);
    expect(store.images.query({ text: '%' }, 'imported')).toEqual([]);
    expect(store.images.query({ text: ' ' }, 'imported')).toHaveLength(5);
    store.labels.delete(newt);
    expect(store.images.query({ text: 'newt' }, 'imported')).toEqual([]);
  });

  it('counts labelled images by split', async () => {
    const { store } = await meadow();
    expect(store.images.splitCounts()).toEqual({ train: 2, validation: 0, test: 1 }); // 3 has no label
    expect(store.splits.get()).toEqual(
      new Map([
        [1, 'train'],
        [2, 'test'],
        [3, 'train'],
        [4, 'train'],
      ]),
    );
    expect(store.images.labelled().map(({ id, split }) => [id, split])).toEqual([
      [1, 'train'],
      [2, 'test'],
      [4, 'train'],
      [5, null],
    ]);
  });
});

describe('a project of 20,000 images', () => {
  it('is labelled, asked, merged and undone in single calls', async () => {
    const { store } = await newStore();
    const total = 20_000;
    const ids = addImages(
      store,
      Array.from({ length: total }, (_, i) => `/pictures/${total - i}.jpg`),
    );
    const [frog, newt] = [store.labels.create('frog'), store.labels.create('newt')];
    store.labels.assign(ids.slice(0, 15_000), frog);
    store.labels.assign(ids.slice(10_000), newt);
    expect(store.labels.list().map(({ count }) => count)).toEqual([10_000, 10_000]);
    expect(store.images.query({}, 'name')).toEqual(ids.toReversed());
    expect(store.images.query({ label: newt }, 'imported')).toEqual(ids.slice(10_000));
    expect(store.images.query({ text: '/1999' }, 'name')).toHaveLength(11);
    store.marks.set([ids[7]!], { excluded: true });
    const stretches = [...store.images.labelsInStretches()];
    expect(stretches.length).toBeGreaterThan(1);
    expect(stretches.flat()).toEqual(
      ids.flatMap((id, i) => (i === 7 ? [] : [[id, i < 10_000 ? frog : newt]])),
    );
    store.labels.merge(newt, frog);
    expect(store.images.query({ label: frog }, 'imported')).toEqual(ids);
    while (store.undo());
    expect(store.images.query({ label: 'none' }, 'imported')).toEqual(ids);
  });
});

describe('natural order', () => {
  const sorted = (names: string[]) =>
    names.toSorted((a, b) =>
      Buffer.compare(Buffer.from(naturalKey(a)), Buffer.from(naturalKey(b))),
    );

  it('puts numbers by value, and case and accents second', () => {
    const names = ['9', '10', '007', '7', 'a', 'á', 'B', 'b2', 'b10', 'b010', 'z'];
    expect(sorted(names.toReversed())).toEqual([
      '007',
      '7',
      '9',
      '10',
      'a',
      'á',
      'B',
      'b2',
      'b010',
      'b10',
      'z',
    ]);
  });

  it('survives digits without end', () => {
    const [long, longer] = [`1${'0'.repeat(40)}`, `2${'0'.repeat(40)}`];
    expect(sorted([longer, long, '5'])).toEqual(['5', long, longer]);
  });
});
