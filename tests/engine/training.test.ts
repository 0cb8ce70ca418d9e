import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { Features } from '../../src-main/engine/features/features.ts';
import { inMemory } from '../../src-main/engine/features/features.ts';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import type { Graph } from '../../src-main/engine/graph/graph.ts';
import { appendHead } from '../../src-main/engine/graph/head.ts';
import { decodeModel } from '../../src-main/engine/graph/onnx.ts';
import { float32 } from '../../src-main/engine/graph/tensor.ts';
import { predict } from '../../src-main/engine/jobs/predict.ts';
import { train } from '../../src-main/engine/jobs/train.ts';
import { rawPixels } from '../../src-main/engine/model/model-file.ts';
import type { Progress, TrainJob, TrainResult } from '../../src-main/engine/protocol.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { removeCheckpoint } from '../../src-main/engine/training/checkpoint.ts';
import {
  argmax,
  crossEntropy,
  quality,
  softmax,
} from '../../src-main/engine/training/classification.ts';
import { cosineDecay } from '../../src-main/engine/training/fit.ts';
import { Network } from '../../src-main/engine/training/network.ts';
import { dropoutMask, seededRandom, shuffled } from '../../src-main/engine/training/random.ts';
import {
  appendStandard,
  foldStandard,
  standardOf,
} from '../../src-main/engine/training/standardise.ts';
import { trainTail } from '../../src-main/engine/training/train-tail.ts';
import { loadPixels } from '../../src-main/images/pixels.ts';
import type { Epoch } from '../../src-shared/domain.ts';
import { defaultSettings } from '../../src-shared/recipes.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { uniform } from '../helpers/random.ts';
import { shapesJob } from '../helpers/shapes-job.ts';

const { signal } = new AbortController();

async function run(job: TrainJob): Promise<TrainResult & { readonly seen: readonly Progress[] }> {
  const seen: Progress[] = [];
  const result = await train(job, { signal, report: (progress) => seen.push(progress) });
  await removeCheckpoint(job.runFolder); // as the studio does when it has stored the result
  return { ...result, seen };
}

const accuracyOf = ({ predictions }: TrainResult) =>
  predictions.filter(({ actual, probabilities }) => argmax(probabilities) === actual).length /
  predictions.length;

describe('random numbers', () => {
  it('are those of xoshiro128**, and depend on seed and stream only', () => {
    const draw = (seed: number, stream: number) => {
      const random = seededRandom(seed, stream);
      return Array.from({ length: 1000 }, random);
    };
    expect(draw(1, 1)).toEqual(draw(1, 1));
    expect(draw(1, 1)).not.toEqual(draw(1, 2));
    expect(draw(1, 1)).not.toEqual(draw(2, 1));
    for (const seed of [0, 1, 2 ** 31 - 1]) {
      const numbers = draw(seed, 1);
      expect(numbers.every((x) => x >= 0 && x < 1)).toBe(true);
      expect(numbers.reduce((sum, x) => sum + x) / 1000).toBeCloseTo(0.5, 1);
      expect(new Set(numbers).size).toBe(1000);
    }
  });

  it('shuffle fairly: every item comes to every place equally often', () => {
    const random = seededRandom(7, 1);
    const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    for (let i = 0; i < 8000; i++) {
      for (const [place, item] of shuffled([0, 1, 2, 3], random).entries()) counts[item]![place]!++;
    }
    for (const count of counts.flat()) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it('drop the asked share, and keep the expected value', () => {
    const mask = dropoutMask(20_000, 0.25, seededRandom(3, 2));
    const zeros = mask.filter((value) => value === 0).length;
    expect(zeros / mask.length).toBeCloseTo(0.25, 1);
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
  });
});

describe('classification', () => {
  it('gives softmax, cross-entropy and accuracy, for large logits too', () => {
    expect([...softmax([0, Math.log(3)])].map((p) => p.toFixed(6))).toEqual([
      '0.250000',
      '0.750000',
    ]);
    expect([...softmax([1000, 1000])]).toEqual([0.5, 0.5]);
    expect(crossEntropy([0, Math.log(3)], 1)).toBeCloseTo(-Math.log(0.75), 12);
    expect(crossEntropy([1000, 0], 1)).toBeCloseTo(1000, 6);
    const rows = [Float32Array.of(2, 1), Float32Array.of(0, 1)];
    expect(quality(rows, [0, 0])).toMatchObject({ accuracy: 0.5 });
  });

  it('decays the learning rate from one to nearly zero', () => {
    expect(cosineDecay(0, 100)).toBe(1);
    expect(cosineDecay(50, 100)).toBeCloseTo(0.5, 12);
    expect(cosineDecay(99, 100)).toBeLessThan(0.001);
  });
});

describe('standardised features', () => {
  it('have mean zero and variance one, and fold into the head', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => {
      const row = uniform(`row ${i}`, 6);
      return row.map((value, f) => 5 * f + 0.1 * value);
    });
    const standard = standardOf(rows);
    const g = new GraphBuilder('features');
    g.output(g.input('x', ['batch', 6]), ['batch', 6]);
    const plain = g.build();
    const features = inMemory(Float32Array.from(rows.flatMap((row) => [...row])), [6]);
    const every = rows.map((_, i) => i);
    const rowsOf = async (graph: Graph) => {
      const network = await Network.open(onnxruntime, graph, [], 1);
      const output = await network.rows({}, features, every, signal);
      await network.close();
      return output;
    };

    const standardised = (await rowsOf(appendStandard(plain, standard))).flatMap((row) => [...row]);
    const mean = standardised.reduce((sum, x) => sum + x) / standardised.length;
    const variance = standardised.reduce((sum, x) => sum + x * x, 0) / standardised.length;
    expect(mean).toBeCloseTo(0, 4);
    expect(variance).toBeCloseTo(1, 4);

    const head = {
      'head.weight': float32([3, 6], uniform('weight', 18)),
      'head.bias': float32([3], uniform('bias', 3)),
    };
    const folded = foldStandard(head, standard);
    const before = await rowsOf(
      appendHead(appendStandard(plain, standard), head['head.weight'], head['head.bias']),
    );
    const after = await rowsOf(appendHead(plain, folded['head.weight']!, folded['head.bias']!));
    for (const [i, row] of before.entries()) {
      for (const [k, logit] of row.entries()) expect(after[i]![k]).toBeCloseTo(logit, 3);
    }
  });
});

describe('the training loop', () => {
  /** Two classes whose features differ by their sign in one of eight places, with much noise. */
  function noisy(count: number): { features: Features; labels: number[] } {
    const noise = uniform('noise', count * 8, -3, 3);
    const labels = Array.from({ length: count }, (_, i) => i % 2);
    for (const [i, label] of labels.entries()) noise[i * 8]! += label === 0 ? -1 : 1;
    return { features: inMemory(noise, [8]), labels };
  }
  const g = new GraphBuilder('features');
  g.output(g.input('features', ['batch', 8]), ['batch', 8]);
  const tail = g.build();
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

  async function fitNoise(settings: Partial<TrainJob['settings']>) {
    const epochs: Epoch[] = [];
    const { features, labels } = noisy(60);
    const trained = await trainTail({
      runtime: onnxruntime,
      tail,
      features,
      labels,
      classes: 2,
      split: { train: range(0, 20), validation: range(20, 40), test: range(20, 40) },
      settings: { ...defaultSettings['feature-extraction'], dropout: 0, ...settings },
      signal,
      onEpoch: (epoch) => epochs.push(epoch),
    });
    return { ...trained, labels: labels.slice(20, 40), epochs, count: trained.epochs };
  }

  it('stops when the validation loss no longer falls, and gives the best weights', async () => {
    const fitted = await fitNoise({ epochs: 200, patience: 6, learningRate: 0.05 });
    const losses = fitted.epochs.map(({ validationLoss }) => validationLoss);
    const best = losses.indexOf(Math.min(...losses)) + 1;
    expect(fitted.bestEpoch).toBe(best);
    expect(fitted.count).toBe(best + 6);
    expect(fitted.epochs).toHaveLength(best + 6);
    // It went on to worse weights; those it gives are the best ones: the test pictures are the
    // validation's here, and have the best epoch's loss.
    expect(losses.at(-1)).toBeGreaterThan(losses[best - 1]! + 1e-3);
    expect(quality(fitted.testLogits, fitted.labels)).toEqual(fitted.validation);
    expect(fitted.validation.loss).toBe(losses[best - 1]);
  });

  it('takes all epochs when patience allows, and measures its speed', async () => {
    const { epochs } = await fitNoise({ epochs: 5, patience: 5, batchSize: 7 });
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    for (const { imagesPerSecond } of epochs) expect(imagesPerSecond).toBeGreaterThan(0);
    expect(epochs.at(-1)!.secondsLeft).toBe(0);
    expect(epochs[0]!.secondsLeft).toBeGreaterThan(0);
  });

  it('learns with SGD too', async () => {
    const { epochs } = await fitNoise({
      optimizer: 'sgd',
      learningRate: 0.02,
      epochs: 30,
      patience: 30,
    });
    expect(epochs[0]!.trainLoss).toBeCloseTo(Math.log(2), 1);
    expect(epochs.at(-1)!.trainLoss).toBeLessThan(0.6);
  });
});

describe('a run', () => {
  it('learns, twice the same, and its model gives the same probabilities everywhere', async () => {
    const folder = await temporaryFolder();
    const job = await shapesJob(folder, 20);
    const first = await run(job);
    expect(accuracyOf(first)).toBeGreaterThanOrEqual(0.75);
    expect(first).toMatchObject({ trained: 'last layer', trainedBlocks: 0 });
    expect(first.predictions).toHaveLength(12);

    const second = await run({ ...job, examples: job.examples.toReversed() });
    expect(second.seen.find(({ kind }) => kind === 'features')).toEqual({
      kind: 'features',
      done: 60,
      total: 60,
      secondsLeft: 0,
    });
    const numbers = ({ seen }: typeof first) =>
      seen.flatMap((each) =>
        each.kind === 'epoch' ? [[each.epoch.trainLoss, each.epoch.validationLoss]] : [],
      );
    expect(numbers(second)).toEqual(numbers(first));
    expect(second.predictions).toEqual(first.predictions);
    await expectSameProbabilities(job, second);

    const other = await run({ ...job, settings: { ...job.settings, seed: 2, epochs: 2 } });
    expect(numbers(other)[0]).not.toEqual(numbers(first)[0]);
  });

  it('adapts the last blocks, twice the same, and exports them', async () => {
    const job = await shapesJob(await temporaryFolder(), 10, 'fine-tune-top', {
      epochs: 3,
    });
    const first = await run(job);
    expect(first).toMatchObject({ trained: '4 of 15 blocks', trainedBlocks: 4 });
    const epochs = first.seen.flatMap((each) => (each.kind === 'epoch' ? [each.epoch] : []));
    expect(epochs).toHaveLength(first.epochs);
    expect(accuracyOf(first)).toBeGreaterThan(0.5);
    const second = await run(job);
    expect(second.predictions).toEqual(first.predictions);
    await expectSameProbabilities(job, second);

    // The adapted weights are others than the backbone's; those below the cut are the same.
    const frozen = await run({
      ...job,
      recipe: 'feature-extraction',
      runFolder: `${job.runFolder}b`,
    });
    expect(frozen.trainedBlocks).toBe(0);
    const [adapted, original] = await Promise.all(
      [job.runFolder, `${job.runFolder}b`].map(async (at) =>
        decodeModel(await readFile(join(at, 'model.onnx'))),
      ),
    );
    const changed = [...original!.initializers].flatMap(([name, { data }]) =>
      data.every((value, i) => value === adapted!.initializers.get(name)!.data[i]) ? [] : [name],
    );
    expect(changed).toContain('features.13.conv.0.0.weight');
    expect(changed).toContain('features.13.conv.0.1.bias');
    expect(changed.filter((name) => /^features\.(\d|10)\./.test(name))).toEqual([]);
    expect(changed.filter((name) => /running/.test(name))).toEqual([]);
  });
});

/** The exported file, in plain ONNX Runtime and in the prediction job, against the test predictions. */
async function expectSameProbabilities(job: TrainJob, result: TrainResult): Promise<void> {
  expect(await readdir(job.runFolder)).toEqual(['model.onnx', 'train-features.bin']);
  const file = join(job.runFolder, 'model.onnx');
  const { metadata } = decodeModel(await readFile(file));
  expect(JSON.parse(metadata.classes!)).toEqual(job.classes);
  expect(JSON.parse(metadata.preprocessing!)).toMatchObject({ size: 224, range: [0, 255] });
  expect(metadata).toMatchObject({ backbone: 'mobilenet_v2', recipe: job.recipe });

  const pathOf = new Map(job.examples.map(({ imageId, path }) => [imageId, path]));
  const paths = result.predictions.map(({ imageId }) => pathOf.get(imageId)!);
  const session = await InferenceSession.create(file);
  const data = new Float32Array(paths.length * 3 * 224 * 224);
  for (const [i, path] of paths.entries()) {
    data.set(await loadPixels(path, rawPixels(224)), i * 3 * 224 * 224);
  }
  const image = new OrtTensor('float32', data, [paths.length, 3, 224, 224]);
  const { probabilities } = await session.run({ image });
  await session.release();
  const plain = probabilities!.data as Float32Array;
  const broken = join(job.features, 'none.png');
  const job2 = { kind: 'predict' as const, model: file, files: [...paths, broken] };
  const predicted = await predict(job2, { signal, report: () => {} });
  expect(predicted.classes).toEqual(job.classes);
  expect(predicted.rejected).toEqual([
    { path: broken, reason: expect.not.stringContaining(broken) },
  ]);

  for (const [i, { probabilities: expected }] of result.predictions.entries()) {
    for (const [k, p] of expected.entries()) {
      expect(plain[i * job.classes.length + k]).toBeCloseTo(p, 4);
      expect(predicted.predictions[i]!.probabilities[k]).toBeCloseTo(p, 4);
    }
    expect(predicted.predictions[i]!.path).toBe(paths[i]);
  }
}
