/** What can be asked of a training step beyond the plain one, against PyTorch. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { StepOptions, Trainable } from '../../src-main/engine/autodiff/step.ts';
import { inBatches } from '../../src-main/engine/features/ahead.ts';
import type { Graph } from '../../src-main/engine/graph/graph.ts';
import { appendHead, head } from '../../src-main/engine/graph/head.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { layerDecays } from '../../src-main/engine/recipes/depth.ts';
import { parametersOf } from '../../src-main/engine/recipes/parameters.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import {
  balancedExamples,
  inverseFrequencies,
} from '../../src-main/engine/training/class-balance.ts';
import { seededRandom } from '../../src-main/engine/training/random.ts';
import { openTrainer } from '../../src-main/engine/training/trainer.ts';
import { integers, uniform } from '../helpers/random.ts';
import {
  drawn,
  expectClose,
  linear,
  linearOptions,
  normalised,
} from '../helpers/small-networks.ts';
import { tinyBackbone } from '../helpers/tiny-backbone.ts';

interface Golden {
  readonly variants: Readonly<
    Record<
      string,
      { readonly losses: number[]; readonly weight: number[]; readonly bias: number[] }
    >
  >;
  readonly accumulatedBatchStatistics: Readonly<Record<string, readonly number[]>>;
}
const golden: Golden = JSON.parse(
  readFileSync(new URL('./fixtures/training.json', import.meta.url), 'utf8'),
);
const classWeights = [0.5, 1, 2.5];

interface Steps {
  readonly options: StepOptions;
  readonly rates: readonly [head: number, backbone: number];
  /** Sizes of the parts of each batch; null for a step of one graph. */
  readonly parts: readonly number[] | null;
  /** One picture's shape. */
  readonly dims: readonly number[];
  readonly draw: (step: number) => { x: Float32Array; labels: number[]; mask?: Float32Array };
}

/** Ten steps in the training loop's own trainer. */
async function tenSteps(forward: Graph, { options, rates, parts, dims, draw }: Steps) {
  const trainer = await openTrainer({
    runtime: onnxruntime,
    step: options,
    inParts: parts !== null,
    forward,
    features: { dims },
    learningRate: rates[0],
    backboneLearningRate: rates[1],
    threads: 1,
  });
  onTestFinished(() => trainer.close());
  const losses: number[] = [];
  for (let step = 0; step < 10; step++) {
    const { x, labels, mask } = draw(step);
    const weights = labels.map((label) => options.classWeights?.[label] ?? 1);
    let from = 0;
    const made = (parts ?? [labels.length]).map((count) => {
      const [at, to] = [from, from + count];
      from = to;
      const width = mask ? mask.length / labels.length : 0;
      return async () => ({
        features: x.slice(at * size(dims), to * size(dims)),
        labels: labels.slice(at, to),
        dropout: mask?.slice(at * width, to * width) ?? null,
      });
    });
    const divisor = weights.reduce((sum, weight) => sum + weight);
    losses.push(await trainer.step({ parts: made, rateFactor: 1, divisor }));
  }
  return { losses, weights: (await trainer.read()).weights };
}

const drawLinear = (step: number) => ({
  x: uniform(`x${step}`, 30, -1, 1),
  labels: integers(`labels${step}`, 5, 3),
  mask: uniform(`mask${step}`, 30, 0, 1).map((each) => (each > 0.25 ? 1 / 0.75 : 0)),
});

const slower = linearOptions.trainable.map(
  (each): Trainable => (each.name === head.weight ? { ...each, rateScale: 0.38 } : each),
);
const variants: Readonly<Record<string, Partial<StepOptions>>> = {
  labelSmoothing: { labelSmoothing: 0.1 },
  classWeights: { classWeights },
  bothInTheLoss: { labelSmoothing: 0.1, classWeights },
  clipNorm: { clipNorm: 0.3 },
  rateScale: { optimizer: 'adamw', trainable: slower },
  all: {
    ...{ optimizer: 'adamw', trainable: slower, clipNorm: 0.3, classWeights },
    labelSmoothing: 0.1,
  },
};

describe.each(Object.entries(variants))('%s', (name, options) => {
  it.each([
    ['as one graph', null],
    ['in parts that are added up', [3, 2]],
  ] as const)('moves weights as PyTorch does, %s', async (_, parts) => {
    const { losses, weights } = await tenSteps(linear(), {
      options: { ...linearOptions, ...options },
      rates: [0.1, 0.01],
      parts,
      dims: [6],
      draw: drawLinear,
    });
    const expected = golden.variants[name]!;
    expectClose(losses, expected.losses, 1e-4);
    expectClose(weights[head.weight]!.data as Float32Array, expected.weight, 1e-4);
    expectClose(weights[head.bias]!.data as Float32Array, expected.bias, 1e-4);
  });
});

describe('a batch in parts', () => {
  it('takes the statistics of each part where batch normalisation learns, as PyTorch does', async () => {
    const forward = normalised();
    const trainable = parametersOf(forward).map(
      (each): Trainable => ({ ...each, group: 'head', decay: false }),
    );
    const { losses, weights } = await tenSteps(forward, {
      options: {
        ...{ logits: head.logits, trainable, optimizer: 'sgd', weightDecay: 0, dropout: 0 },
        statistics: 'batch',
      },
      rates: [0.05, 0],
      parts: [3, 2],
      dims: [3, 8, 8],
      draw: (step) => ({
        x: uniform(`maps${step}`, 5 * 192, -1, 1),
        labels: integers(`labels${step}`, 5, 3),
      }),
    });
    const { losses: expected, ...parameters } = golden.accumulatedBatchStatistics;
    expectClose(losses, expected!, 1e-3);
    for (const [name, values] of Object.entries(parameters)) {
      expectClose(weights[name]!.data as Float32Array, values, 1e-3);
    }
  });

  it('moves a network without batch statistics as the whole batch does', async () => {
    const { graph, features } = tinyBackbone();
    const forward = appendHead(
      graph,
      drawn(head.weight, [3, features], -0.2, 0.2),
      float32([3], [0, 0, 0]),
    );
    const trainable = parametersOf(forward).map((each): Trainable => ({ ...each, group: 'head' }));
    const steps = (parts: readonly number[] | null) =>
      tenSteps(forward, {
        options: {
          ...{ logits: head.logits, trainable, optimizer: 'sgd', weightDecay: 0.01, dropout: 0 },
          ...{ clipNorm: 1, labelSmoothing: 0.1 },
        },
        rates: [0.02, 0],
        parts,
        dims: [3, 32, 32],
        draw: (step) => ({
          x: uniform(`pictures${step}`, 7 * 3072, -1, 1),
          labels: integers(`labels${step}`, 7, 3),
        }),
      });
    const whole = await steps(null);
    const added = await steps(inBatches([...Array(7).keys()], 2).map(({ length }) => length));
    expectClose(added.losses, whole.losses, 1e-5);
    for (const [name, { data }] of Object.entries(whole.weights)) {
      expectClose(added.weights[name]!.data as Float32Array, [...(data as Float32Array)], 1e-4);
    }
  });
});

describe('layer decay', () => {
  it('slows each block by its distance from the last one', () => {
    const { graph, blocks } = tinyBackbone();
    const outputs = blocks.map(({ output }) => output);
    const scales = layerDecays(graph, outputs, 0.5);
    expect(scales.get('conv3.weight')).toBe(1);
    expect(scales.get('bn2.weight')).toBe(0.5);
    expect(scales.get('conv1.weight')).toBe(0.25);
    expect(scales.get('conv0.weight')).toBe(0.125);
    expect(scales.size).toBe(parametersOf(graph).length);
  });
});

describe('unequal classes', () => {
  const labels = [0, 0, 0, 0, 0, 0, 1, 1, 2];

  it('are weighted by their inverse frequencies, one on average', () => {
    expect(inverseFrequencies(labels, 3)).toEqual([0.5, 1.5, 3]);
    expect(inverseFrequencies([0, 0], 2)).toEqual([0.5, 1]);
  });

  it('are drawn equally often, and none of a class twice before all of it once', () => {
    const random = seededRandom(1, 1);
    const examples = labels.map((_, at) => at);
    for (let epoch = 0; epoch < 20; epoch++) {
      const drawn = balancedExamples(examples, labels, random);
      const perClass = [0, 1, 2].map((k) => drawn.filter((at) => labels[at] === k));
      expect(perClass.map(({ length }) => length)).toEqual([3, 3, 3]);
      expect(new Set(perClass[0]).size).toBe(3);
      expect(new Set(perClass[1]).size).toBe(2);
    }
    const four = balancedExamples([0, 6, 7, 8], labels, random);
    expect(four).toHaveLength(4);
    expect(new Set(four.map((at) => labels[at]))).toEqual(new Set([0, 1, 2]));
  });
});
