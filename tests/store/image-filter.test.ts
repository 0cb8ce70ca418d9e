import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ImageFilter } from '../../src-shared/domain.ts';
import { defaultSettings } from '../../src-shared/recipes.ts';
import { addImages, foundImage, newStore } from '../helpers/store.ts';

describe('a filter', () => {
  async function pond() {
    const { path, store } = await newStore();
    const day = (n: number) => Date.parse(`2026-05-0${n}T12:00:00Z`);
    const ids = [
      foundImage('/pond/frogs/a.jpg', { width: 640, height: 480, bytes: 9000, modifiedMs: day(1) }),
      foundImage('/pond/frogs/b.jpg', { width: 100, height: 900, bytes: 5000, modifiedMs: day(2) }),
      foundImage('/pond/newts/c.jpg', { width: 300, height: 300, bytes: 7000, modifiedMs: day(3) }),
      foundImage('/pondering/d.jpg', { width: 50, height: 50, bytes: 300, modifiedMs: day(4) }),
    ].map((found) => store.images.add(found).id);
    const [a, b, c, d] = ids as [number, number, number, number];
    const frog = store.labels.create('frog');
    const newt = store.labels.create('newt');
    store.labels.assign([a, b], frog);
    store.labels.assign([c], newt);
    store.splits.set(new Map([a, b, c].map((id) => [id, id === a ? 'train' : 'test'] as const)));
    const fits = (filter: ImageFilter) => {
      const found = store.images.query(filter, 'imported');
      expect(store.images.countOf(filter)).toBe(found.length);
      return found.map((id) => 'abcd'[ids.indexOf(id)]).join('');
    };
    return { path, store, fits, a, b, c, d, frog, newt };
  }

  it('asks for labels, sets, marks, folders, dates, sizes, and text', async () => {
    const { store, fits, b, c, d, frog, newt } = await pond();
    store.marks.set([b, d], { unsure: true });
    store.marks.set([d], { excluded: true, note: 'thumb in front' });
    const on = (n: number) => `2026-05-0${n}T00:00:00Z`;
    const answers: readonly (readonly [ImageFilter, string])[] = [
      [{}, 'abcd'],
      [{ label: frog }, 'ab'],
      [{ label: [frog, newt] }, 'abc'],
      [{ label: [newt] }, 'c'],
      [{ label: 'none' }, 'd'],
      [{ label: 'any' }, 'abc'],
      [{ split: 'test' }, 'bc'],
      [{ unsure: true }, 'bd'],
      [{ unsure: false }, 'ac'],
      [{ excluded: true }, 'd'],
      [{ excluded: false }, 'abc'],
      [{ noted: true }, 'd'],
      [{ noted: false }, 'abc'],
      [{ folder: '/pond' }, 'abc'],
      [{ folder: '/pond/newts/' }, 'c'],
      [{ folder: '/' }, 'abcd'],
      [{ date: { of: 'file', from: on(2), to: on(4) } }, 'bc'],
      [{ date: { of: 'file', from: on(4) } }, 'd'],
      [{ date: { of: 'imported', to: '2026-01-01T00:00:00Z' } }, ''],
      [{ date: { of: 'imported', from: '2026-01-01T00:00:00Z' } }, 'abcd'],
      [{ size: { of: 'side', from: 100, to: 300 } }, 'bc'],
      [{ size: { of: 'bytes', to: 5000 } }, 'bd'],
      [{ text: 'FROG' }, 'ab'],
    ];
    for (const [filter, letters] of answers)
      expect(fits(filter), JSON.stringify(filter)).toBe(letters);
    expect(store.images.query({ label: frog }, 'name')).toHaveLength(2);
    void c;
  });

  it('combines: every condition must hold', async () => {
    const { store, fits, b, frog } = await pond();
    store.marks.set([b], { unsure: true });
    expect(fits({ label: frog, split: 'test', unsure: true, folder: '/pond/frogs' })).toBe('b');
    expect(fits({ label: frog, split: 'train', unsure: true })).toBe('');
    expect(fits({ folder: '/pond', size: { of: 'bytes', from: 6000 }, text: 'c.j' })).toBe('c');
  });

  it('asks for what the latest finished run predicted, and of the others for what is suggested', async () => {
    const { store, fits, a, b, c, d, frog, newt } = await pond();
    expect(fits({ predicted: newt })).toBe('');
    const classes = [frog, newt].map((labelId) => ({ labelId, name: `${labelId}`, colour: 1 }));
    const counts = { train: 1, validation: 0, test: 2 };
    const settings = defaultSettings['fine-tune-top'];
    for (const sure of [0.6, 0.9]) {
      const { id } = store.runs.create({
        backbone: 'resnet18',
        recipe: 'fine-tune-top',
        settings,
        classes,
        counts,
      });
      store.runs.start(id, { classes, counts });
      store.epochs.add(id, {
        epoch: 1,
        trainLoss: 1,
        validationLoss: 1,
        validationAccuracy: 1,
        imagesPerSecond: 1,
        secondsLeft: 0,
      });
      const says = (first: number) => Float32Array.of(first, 1 - first);
      store.runs.finish(id, {
        trained: 'last layer',
        trainedBlocks: 0,
        bestEpoch: 1,
        quantisation: null,
        layers: null,
        temperature: 1,
        validationPredictions: [],
        predictions: [
          { imageId: b, actual: 0, probabilities: says(1 - sure) },
          { imageId: c, actual: 1, probabilities: says(0.25) },
        ],
      });
    }
    expect(fits({ predicted: newt })).toBe('bc');
    expect(fits({ predicted: 'other' })).toBe('b');
    expect(fits({ confidence: { from: 0.8 } })).toBe('b');
    expect(fits({ predicted: newt, confidence: { from: 0.7, to: 0.8 } })).toBe('c');

    const suggested = [
      { imageId: a, labelId: newt, confidence: 0.7 },
      { imageId: c, labelId: frog, confidence: 1 }, // a test image: the run has the word
      { imageId: d, labelId: frog, confidence: 0.4 },
    ];
    expect(store.images.query({ predicted: newt }, 'name', suggested)).toEqual([a, b, c]);
    expect(store.images.query({ confidence: { to: 0.5 } }, 'name', suggested)).toEqual([d]);
    expect(store.images.countOf({ predicted: 'other' }, suggested)).toBe(2);
  });
});

describe('folders', () => {
  it('are told with what lies right in them, also those of the project itself', async () => {
    const { path, store } = await newStore();
    const project = join(path, '..');
    addImages(store, ['/a/1.jpg', '/a/2.jpg', '/a/b/3.jpg', '/4.jpg']);
    addImages(store, [join(project, 'images', '5.jpg'), join(project, '6.jpg')]);
    expect(store.images.folders().toSorted((a, b) => a.path.localeCompare(b.path))).toEqual(
      [
        { path: '/', count: 1 },
        { path: '/a', count: 2 },
        { path: '/a/b', count: 1 },
        { path: project, count: 1 },
        { path: join(project, 'images'), count: 1 },
      ].toSorted((a, b) => a.path.localeCompare(b.path)),
    );
    expect(store.images.countOf({ folder: join(project, 'images') })).toBe(1);
    expect(store.images.countOf({ folder: project })).toBe(2);
    expect(store.images.countOf({ folder: '/a' })).toBe(3);
  });

  it('and files lead to images', async () => {
    const { store } = await newStore();
    const [id] = addImages(store, ['/a/1.jpg']);
    expect(store.images.atPath('/a/1.jpg')).toBe(id);
    expect(store.images.atPath('/a/2.jpg')).toBeUndefined();
  });
});
