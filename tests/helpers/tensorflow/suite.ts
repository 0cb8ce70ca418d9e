/**
 * What TensorFlow computes, against ONNX Runtime: operator by operator, network by network, option by option,
 * and whole trainings that are handed from one to the other. For plain TensorFlow.js and for the real library alike.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StepOptions, Trainable } from '../../../src-main/engine/autodiff/step.ts';
import type { Graph } from '../../../src-main/engine/graph/graph.ts';
import { appendHead, head } from '../../../src-main/engine/graph/head.ts';
import { float32, size } from '../../../src-main/engine/graph/tensor.ts';
import { trainOn } from '../../../src-main/engine/jobs/train.ts';
import type { TrainJob } from '../../../src-main/engine/protocol.ts';
import { parametersOf } from '../../../src-main/engine/recipes/parameters.ts';
import { onnxruntime } from '../../../src-main/engine/runtimes/onnxruntime.ts';
import type { Runtime } from '../../../src-main/engine/runtimes/runtime.ts';
import { tensorflow } from '../../../src-main/engine/runtimes/tensorflow/tensorflow.ts';
import type { TensorFlow } from '../../../src-main/engine/runtimes/tensorflow/value.ts';
import type { Batch } from '../../../src-main/engine/training/trainer.ts';
import type { Epoch } from '../../../src-shared/domain.ts';
import type { RecipeName, TrainSettings } from '../../../src-shared/recipes.ts';
import { temporaryFolder } from '../folders.ts';
import { arranged } from '../operators/arranged.ts';
import { elementwise } from '../operators/elementwise.ts';
import { integers, uniform } from '../random.ts';
import { Draw } from '../sampled-gradients.ts';
import { shapesJob } from '../shapes-job.ts';
import { drawn, normalised } from '../small-networks.ts';
import { smallTail, smallTailDims } from '../small-tail.ts';
import { tinyBackbone } from '../tiny-backbone.ts';
import {
  difference,
  expectSameOperator,
  expectSameState,
  type Steps,
  stepsOn,
} from './same-steps.ts';

/** Losses of the same steps, and the weights after them, relative to the largest. */
const tolerance = 1e-3;

export function describeTensorflow(tf: TensorFlow): void {
  const runtime = tensorflow(tf);
  describeOperators(runtime);
  describeSteps(runtime);
  describeTrainings(tf, runtime);
}

function describeOperators(runtime: Runtime): void {
  const rounds = [0, 1, 2];
  describe.each(Object.entries({ ...elementwise, ...arranged }))('%s', (name, property) => {
    it.each(rounds)('in random case %i', async (round) => {
      await expectSameOperator(runtime, property(new Draw(`${name} ${round}`)));
    });
  });
}

interface Network {
  readonly graph: Graph;
  readonly dims: readonly number[];
}

function tinyWhole(): Network {
  const { graph, features } = tinyBackbone();
  const weight = drawn(head.weight, [3, features], -0.2, 0.2);
  return { graph: appendHead(graph, weight, float32([3], [0, 0, 0])), dims: [3, 32, 32] };
}

const networks: Readonly<Record<string, () => Network>> = {
  'a residual block': () => ({ graph: smallTail(), dims: smallTailDims }),
  'convolutions with batch normalisations': () => ({ graph: normalised(), dims: [3, 8, 8] }),
  'a whole small network': tinyWhole,
};

interface Variant {
  readonly options?: Partial<StepOptions>;
  /** Sizes of the parts of each batch. */
  readonly parts?: readonly number[];
  readonly slower?: boolean;
}

const classWeights = [0.5, 1, 2.5];
const variants: Readonly<Record<string, Variant>> = {
  'SGD with momentum and weight decay': { options: { optimizer: 'sgd', weightDecay: 0.1 } },
  AdamW: { options: { weightDecay: 0.1 } },
  clipping: { options: { clipNorm: 0.1 } },
  'rates by depth': { slower: true },
  'label smoothing': { options: { labelSmoothing: 0.1 } },
  'class weights': { options: { classWeights } },
  dropout: { options: { dropout: 0.25 } },
  mixing: { options: { mixes: true } },
  'the statistics of each batch': { options: { statistics: 'batch', optimizer: 'sgd' } },
  'batches in parts': { parts: [3, 2], options: { clipNorm: 1 } },
  'all of them': {
    parts: [3, 2],
    slower: true,
    options: {
      ...{ weightDecay: 0.1, clipNorm: 0.3, labelSmoothing: 0.1, classWeights },
      ...{ dropout: 0.25, mixes: true, statistics: 'batch' },
    },
  },
};

/** So many steps on batches of five. */
function stepsOf(
  { graph, dims }: Network,
  { options = {}, parts, slower }: Variant,
  count: number,
): Steps {
  const trainable = parametersOf(graph).map((each, at): Trainable => {
    const group = each.name.startsWith('head.') ? 'head' : 'backbone';
    return { ...each, group, rateScale: slower && at % 2 === 0 ? 0.38 : 1 };
  });
  const step: StepOptions = {
    ...{ logits: head.logits, trainable, optimizer: 'adamw', weightDecay: 0, dropout: 0 },
    ...options,
  };
  const width = graph.initializers.get(head.weight)!.dims[1]!;
  return {
    forward: graph,
    step,
    dims,
    inParts: parts !== undefined,
    batches: Array.from({ length: count }, (_, at) =>
      batchOf(at, { step, dims, width, parts: parts ?? [5] }),
    ),
  };
}

interface Drawn {
  readonly step: StepOptions;
  readonly dims: readonly number[];
  readonly width: number;
  readonly parts: readonly number[];
}

function batchOf(at: number, { step, dims, width, parts }: Drawn): Batch {
  const name = `step ${at}`;
  const labels = integers(`${name} labels`, 5, 3);
  const others = integers(`${name} others`, 5, 3);
  const pixels = uniform(name, 5 * size(dims), -1, 1);
  const mask = uniform(`${name} mask`, 5 * width, 0, 1).map((each) => (each > 0.25 ? 1 / 0.75 : 0));
  let from = 0;
  const made = parts.map((count) => {
    const [start, end] = [from, from + count];
    from = end;
    return async () => ({
      features: pixels.slice(start * size(dims), end * size(dims)),
      labels: labels.slice(start, end),
      dropout: step.dropout > 0 ? mask.slice(start * width, end * width) : null,
      mixed: step.mixes ? { labels: others.slice(start, end), share: 0.7 } : null,
    });
  });
  // The weights of what is mixed in count for their share, as in a batch that is computed at once.
  const weightOf = (of: readonly number[]) =>
    of.reduce((sum, label) => sum + (step.classWeights?.[label] ?? 1), 0);
  const share = step.mixes ? 0.7 : 1;
  const divisor = share * weightOf(labels) + (1 - share) * weightOf(others);
  return { parts: made, rateFactor: 1 - at / 10, divisor };
}

function expectSameRun(there: Awaited<ReturnType<typeof stepsOn>>, here: typeof there): void {
  expect(
    difference(here.losses, there.losses),
    `${there.losses} against ${here.losses}`,
  ).toBeLessThan(tolerance);
  expectSameState(there.state, here.state, 5 * tolerance);
}

function describeSteps(runtime: Runtime): void {
  describe.each(Object.entries(networks))('steps of %s', (_, network) => {
    // The small ones go through all options; what is left of the large one is its size.
    const tried = Object.entries(variants).filter(
      ([name]) => network !== tinyWhole || name === 'AdamW' || name === 'all of them',
    );
    it.each(tried)('with %s', async (_, variant) => {
      const steps = stepsOf(network(), variant, 5);
      expectSameRun(await stepsOn(runtime, steps), await stepsOn(onnxruntime, steps));
    });

    it.each(['sgd', 'adamw'] as const)(
      'go on where the other runtime stopped, with %s',
      async (optimizer) => {
        const steps = stepsOf(network(), { options: { optimizer, statistics: 'batch' } }, 6);
        const whole = await stepsOn(onnxruntime, steps);
        const halves: readonly (readonly [Runtime, Runtime])[] = [
          [runtime, onnxruntime],
          [onnxruntime, runtime],
        ];
        for (const [first, second] of halves) {
          const before = await stepsOn(first, { ...steps, batches: steps.batches.slice(0, 3) });
          const from = { state: before.state, steps: 3 };
          const after = await stepsOn(second, { ...steps, batches: steps.batches.slice(3), from });
          expectSameRun({ ...after, losses: [...before.losses, ...after.losses] }, whole);
        }
      },
    );

    it('takes and gives a state without changing a bit of it', async () => {
      const steps = stepsOf(network(), { options: { statistics: 'batch' } }, 2);
      const { state } = await stepsOn(onnxruntime, steps);
      const handed = await stepsOn(runtime, { ...steps, batches: [], from: { state, steps: 2 } });
      expect(handed.state).toEqual(state);
    });
  });
}

interface Trained {
  readonly epochs: readonly Epoch[];
  readonly memory: readonly { readonly tensors: number; readonly bytes: number }[];
  readonly right: readonly number[] | undefined;
}

const recipes: readonly (readonly [RecipeName, Partial<TrainSettings>])[] = [
  ['feature-extraction', {}],
  ['early-features', {}],
  ['fine-tune-top', { blocks: 2, labelSmoothing: 0.1, clipNorm: 1 }],
  ['fine-tune-all', { microBatch: 3, optimizer: 'sgd', mixup: 0.2 }],
  ['from-scratch', { classBalance: 'weights' }],
];

function describeTrainings(tf: TensorFlow, runtime: Runtime): void {
  const memory = () => ({ tensors: tf.memory().numTensors, bytes: tf.memory().numBytes });

  /** Trains the tiny network; stops after an epoch, if one is given. */
  async function train(job: TrainJob, on: Runtime, stopAfter = 0): Promise<Trained> {
    const controller = new AbortController();
    const { signal } = controller;
    const epochs: Epoch[] = [];
    const seen: ReturnType<typeof memory>[] = [];
    const result = await trainOn(
      tinyBackbone(),
      job,
      {
        signal,
        report: (progress) => {
          if (progress.kind !== 'epoch') return;
          epochs.push(progress.epoch);
          seen.push(memory());
          if (progress.epoch.epoch === stopAfter) controller.abort();
        },
      },
      on,
    ).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    const right = result?.predictions.flatMap(({ probabilities }) => [...probabilities]);
    return { epochs, memory: seen, right };
  }

  const usual = { epochs: 4, batchSize: 8, headEpochs: 2, patience: 4, dropout: 0.2 } as const;
  const losses = (epochs: readonly Epoch[]) =>
    epochs.flatMap(({ trainLoss, validationLoss }) => [trainLoss, validationLoss]);

  describe.each(recipes)('the recipe %s', (recipe, settings) => {
    it('learns the same, holds no more from epoch to epoch, and is handed over', async () => {
      const job = await shapesJob(await temporaryFolder(), 5, recipe, { ...usual, ...settings });
      const inFolder = (name: string): TrainJob => ({
        ...job,
        runFolder: join(job.runFolder, '..', name),
        features: join(job.features, name),
      });
      const before = memory();
      const here = await train(inFolder('here'), onnxruntime);
      const there = await train(inFolder('there'), runtime);
      expect(there.epochs).toHaveLength(here.epochs.length);
      expect(difference(losses(here.epochs), losses(there.epochs))).toBeLessThan(tolerance);
      expect(difference(here.right!, there.right!)).toBeLessThan(0.01);
      expect(new Set(there.memory.slice(1).map((each) => JSON.stringify(each))).size).toBe(1);
      expect(memory()).toEqual(before);

      for (const [name, first, second] of [
        ['to', onnxruntime, runtime],
        ['fro', runtime, onnxruntime],
      ] as const) {
        const stopped = await train(inFolder(name), first, 2);
        expect(stopped.right).toBe(undefined);
        const { epochs, right } = await train(inFolder(name), second);
        const both = [...stopped.epochs, ...epochs];
        expect(both.map(({ epoch }) => epoch)).toEqual(here.epochs.map(({ epoch }) => epoch));
        expect(difference(losses(here.epochs), losses(both))).toBeLessThan(tolerance);
        expect(difference(here.right!, right!)).toBeLessThan(0.01);
      }
      expect(memory()).toEqual(before);
    });
  });
}
