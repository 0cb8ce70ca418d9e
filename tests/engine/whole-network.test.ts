/** The recipes that look at more of a network than its end, on a network that is quick to train. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inMemory } from '../../src-main/engine/features/features.ts';
import { openPixels } from '../../src-main/engine/features/pixels.ts';
import { decodeModel } from '../../src-main/engine/graph/onnx.ts';
import { predict } from '../../src-main/engine/jobs/predict.ts';
import { trainOn } from '../../src-main/engine/jobs/train.ts';
import type { Progress, TrainJob, TrainResult } from '../../src-main/engine/protocol.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { removeCheckpoint } from '../../src-main/engine/training/checkpoint.ts';
import { chooseLayer, stratifiedFolds } from '../../src-main/engine/training/choose-layer.ts';
import { argmax } from '../../src-main/engine/training/classification.ts';
import { rateFactor } from '../../src-main/engine/training/fit.ts';
import { loadPixels } from '../../src-main/images/pixels.ts';
import type { Epoch } from '../../src-shared/domain.ts';
import { defaultSettings, type RecipeName } from '../../src-shared/recipes.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { uniform } from '../helpers/random.ts';
import { shapesJob } from '../helpers/shapes-job.ts';
import { tinyBackbone } from '../helpers/tiny-backbone.ts';

const { signal } = new AbortController();
const backbone = tinyBackbone();

async function run(job: TrainJob): Promise<TrainResult & { readonly epochsSeen: Epoch[] }> {
  const epochsSeen: Epoch[] = [];
  const report = (progress: Progress) => {
    if (progress.kind === 'epoch') epochsSeen.push(progress.epoch);
  };
  const result = await trainOn(backbone, job, { signal, report });
  await removeCheckpoint(job.runFolder); // as the studio does when it has stored the result
  return { ...result, epochsSeen };
}

const accuracyOf = ({ predictions }: TrainResult) =>
  predictions.filter(({ actual, probabilities }) => argmax(probabilities) === actual).length /
  predictions.length;

const modelOf = async ({ runFolder }: TrainJob) =>
  decodeModel(await readFile(join(runFolder, 'model.onnx')));

async function expectSameProbabilities(job: TrainJob, { predictions }: TrainResult) {
  const pathOf = new Map(job.examples.map(({ imageId, path }) => [imageId, path]));
  const files = predictions.map(({ imageId }) => pathOf.get(imageId)!);
  const model = join(job.runFolder, 'model.onnx');
  const said = await predict({ kind: 'predict', model, files }, { signal, report: () => {} });
  for (const [i, { probabilities }] of predictions.entries()) {
    for (const [k, p] of probabilities.entries()) {
      expect(said.predictions[i]!.probabilities[k]).toBeCloseTo(p, 4);
    }
  }
}

const recipes: readonly (readonly [RecipeName, Partial<TrainJob['settings']>, RegExp])[] = [
  ['early-features', {}, /^classifier on block[01]$/],
  [
    'fine-tune-all',
    { epochs: 25, backboneLearningRate: 3e-3, learningRate: 3e-3, patience: 25 },
    /^all 4 blocks$/,
  ],
  ['from-scratch', { epochs: 25, learningRate: 5e-3, patience: 25 }, /^all 4 blocks, anew$/],
];

describe.each(recipes)('%s', (recipe, settings, trained) => {
  it('learns, twice the same, and exports what it tested', async () => {
    const job = await shapesJob(await temporaryFolder(), 40, recipe, settings);
    const first = await run(job);
    expect(first.trained).toMatch(trained);
    // A third would be chance, and a loss of 1.1.
    expect(accuracyOf(first)).toBeGreaterThan(0.4);
    const { trainLoss } = first.epochsSeen.at(-1)!;
    expect(trainLoss).toBeLessThan(0.95);
    expect(trainLoss).toBeLessThan(first.epochsSeen[0]!.trainLoss - 0.1);
    await expectSameProbabilities(job, first);

    const second = await run({ ...job, examples: job.examples.toReversed() });
    expect(second.predictions).toEqual(first.predictions);
    expect(second.epochsSeen.map((epoch) => epoch.validationLoss)).toEqual(
      first.epochsSeen.map((epoch) => epoch.validationLoss),
    );
  });

  it('stops when it is told to', async () => {
    const job = await shapesJob(await temporaryFolder(), 5, recipe, settings);
    const stop = new AbortController();
    const report = ({ kind }: Progress) => {
      if (kind === 'epoch') stop.abort();
    };
    await expect(trainOn(backbone, job, { signal: stop.signal, report })).rejects.toThrow(
      /aborted/,
    );
  });
});

describe('what is exported', () => {
  const small = (recipe: RecipeName) =>
    temporaryFolder().then((folder) => shapesJob(folder, 5, recipe, { epochs: 2 }));
  const changedBy = async (job: TrainJob) => {
    const { initializers } = await modelOf(job);
    return [...backbone.graph.initializers].flatMap(([name, { data }]) =>
      data.every((value, i) => value === initializers.get(name)!.data[i]) ? [] : [name],
    );
  };

  it('of an early layer ends there', async () => {
    const job = await small('early-features');
    const { trained } = await run(job);
    const last = Number(trained.at(-1));
    const { initializers } = await modelOf(job);
    const kernels = [...initializers.keys()].filter((name) => /^conv/.test(name));
    expect(kernels).toEqual(Array.from({ length: last + 1 }, (_, i) => `conv${i}.weight`));
  });

  it('of all blocks has new weights and the statistics that it had', async () => {
    const job = await small('fine-tune-all');
    await run(job);
    const changed = await changedBy(job);
    expect(changed).toContain('conv0.weight');
    expect(changed.filter((name) => /running/.test(name))).toEqual([]);
  });

  it('from scratch has new weights and new running statistics', async () => {
    const job = await small('from-scratch');
    await run(job);
    // Scale and shift of normalisations begin as these had them.
    const names = [...backbone.graph.initializers.keys()].filter((name) =>
      /^conv|running/.test(name),
    );
    expect(await changedBy(job)).toEqual(expect.arrayContaining(names));
  });
});

describe('choosing a layer', () => {
  const labels = Array.from({ length: 30 }, (_, i) => i % 3);
  const noise = (name: string) => uniform(name, 30 * 4);
  const telling = noise('telling').map((x, i) => x + (labels[Math.floor(i / 4)] === i % 4 ? 3 : 0));
  const settings = defaultSettings['early-features'];

  it('finds the one that tells the classes apart, and looks at the training pictures only', async () => {
    const train = labels.flatMap((_, i) => (i < 24 ? [i] : []));
    const unseen = telling.map((x, i) => (i < 24 * 4 ? x : Number.NaN));
    const choice = await chooseLayer({
      ...{ runtime: onnxruntime, labels, classes: 3, train, settings, signal },
      layers: [inMemory(noise('one'), [4]), inMemory(unseen, [4]), inMemory(noise('two'), [4])],
    });
    expect(choice.best).toBe(1);
    expect(choice.qualities[1]!.accuracy).toBeGreaterThan(0.8);
    expect(choice.qualities[0]!.accuracy).toBeLessThan(0.7);
  });

  it('deals every picture to one fold, each class evenly', () => {
    const every = labels.map((_, i) => i);
    const folds = stratifiedFolds(every, labels, 5, 1);
    expect(folds.flat().toSorted((a, b) => a - b)).toEqual(every);
    for (const fold of folds) {
      expect(fold.map((i) => labels[i]).toSorted()).toEqual([0, 0, 1, 1, 2, 2]);
    }
    expect(stratifiedFolds(every, labels, 5, 1)).toEqual(folds);
    expect(stratifiedFolds(every, labels, 5, 2)).not.toEqual(folds);
  });

  it('refuses too few pictures', async () => {
    const layers = [inMemory(telling, [4])];
    const options = { runtime: onnxruntime, labels, classes: 3, settings, signal };
    await expect(chooseLayer({ ...options, layers, train: [0, 1] })).rejects.toThrow(
      'needs at least 3 pictures to train on, and there are 2',
    );
  });
});

describe('pixels', () => {
  it('are those of the loader, in memory or not, and of the file that was imported', async () => {
    const { examples } = await shapesJob(await temporaryFolder(), 2);
    const { preprocessing } = backbone;
    const expected = await loadPixels(examples[3]!.path, preprocessing);
    for (const limit of [0, 2 ** 20]) {
      const pixels = openPixels(examples, preprocessing, { limit });
      for (let time = 0; time < 2; time++) {
        const batch = await pixels.gather([0, 3]);
        expect(batch.subarray(expected.length)).toEqual(expected);
      }
    }
    await writeFile(examples[3]!.path, await readFile(examples[0]!.path));
    const changed = openPixels(examples, preprocessing).gather([3]);
    await expect(changed).rejects.toThrow('has changed since it was imported');
  });
});

describe('the learning rates', () => {
  it('rise to their settings and fall to nearly zero', () => {
    const factors = Array.from({ length: 12 }, (_, step) => rateFactor(step, 12, 4));
    expect(factors.slice(0, 5)).toEqual([0.25, 0.5, 0.75, 1, 1]);
    expect(factors.at(-1)).toBeLessThan(0.05);
    expect(rateFactor(0, 12, 0)).toBe(1);
    // All of it a warm-up: asked for, so given.
    expect(rateFactor(11, 12, 24)).toBe(0.5);
  });
});
