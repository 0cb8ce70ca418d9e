import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inspect } from '../../src-main/images/inspect.ts';
import { Inspectors } from '../../src-main/images/inspectors.ts';
import { createContext } from '../../src-main/studio/context.ts';
import { mediaReader } from '../../src-main/studio/media.ts';
import { defaultSettings } from '../../src-shared/recipes.ts';
import { noise } from '../helpers/pictures.ts';
import { newStore } from '../helpers/store.ts';

async function openProject() {
  const { path: database, store } = await newStore();
  const path = dirname(database);
  const inspectors = new Inspectors();
  onTestFinished(() => inspectors.close());
  const context = createContext({ inspectors, emit: () => {} } as never);
  await context.replace({ path, store });
  return { path, store, media: mediaReader(context) };
}

describe('media', () => {
  it('are a picture and its thumbnail, by the number of the image', async () => {
    const { path, store, media } = await openProject();
    const file = join(path, 'frog.png');
    await noise(600, 300).toFile(file);
    const found = await inspect(file, join(path, 'thumbnails'));
    const { id } = store.images.add({ path: file, modifiedMs: 1, ...found });
    const thumbnail = await media('thumbnail', id);
    expect(thumbnail).toMatchObject({ type: 'image/jpeg', fileName: 'frog.jpg' });
    expect([...thumbnail.bytes.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    const picture = await media('picture', id);
    expect(picture).toMatchObject({ type: 'image/png', fileName: 'frog.png' });
    expect(picture.bytes.length).toBe(found.bytes);
    await expect(media('picture', 9)).rejects.toThrow('Picture 9 is not in this project.');
  });

  it('are the model of a finished run, as long as it is there', async () => {
    const { path, store, media } = await openProject();
    const asked = {
      backbone: 'resnet18',
      recipe: 'feature-extraction',
      settings: defaultSettings['feature-extraction'],
      classes: [],
      counts: { train: 1, validation: 1, test: 0 },
    } as const;
    const { id } = store.runs.create({ ...asked, classes: [] });
    await expect(media('model', id)).rejects.toThrow(`Run ${id} is queued`);
    store.runs.start(id, { classes: [], counts: asked.counts });
    store.epochs.add(id, {
      epoch: 1,
      trainLoss: 1,
      validationLoss: 1,
      validationAccuracy: 1,
      imagesPerSecond: 1,
      secondsLeft: 0,
    });
    store.runs.finish(id, {
      trained: 'last layer',
      trainedBlocks: 0,
      bestEpoch: 1,
      quantisation: null,
      layers: null,
      temperature: 1,
      validationPredictions: [],
      predictions: [],
    });
    await expect(media('model', id)).rejects.toThrow(`The model of run ${id} is gone`);
    await mkdir(join(path, 'runs', String(id)), { recursive: true });
    await writeFile(join(path, 'runs', String(id), 'model.onnx'), 'a network');
    const model = await media('model', id);
    expect(model.fileName).toBe(`resnet18-feature-extraction-${id}.onnx`);
    expect(Buffer.from(model.bytes).toString()).toBe('a network');
  });
});
