/** Products in half precision, on the processor: it rounds to the same numbers as a GPU, only slower. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Half } from '../../src-main/engine/autodiff/half.ts';
import type { StepOptions, Trainable } from '../../src-main/engine/autodiff/step.ts';
import { accumulatedStep, trainingStep } from '../../src-main/engine/autodiff/training-step.ts';
import type { Graph, Tensor } from '../../src-main/engine/graph/graph.ts';
import { head } from '../../src-main/engine/graph/head.ts';
import { parametersOf } from '../../src-main/engine/recipes/parameters.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { GraphTrainer } from '../../src-main/engine/training/graph-trainer.ts';
import { LossScale } from '../../src-main/engine/training/loss-scale.ts';
import type { Part } from '../../src-main/engine/training/trainer.ts';
import { uniform } from '../helpers/random.ts';
import { normalised } from '../helpers/small-networks.ts';

const [count, side] = [8, 8];
const dims = [3, side, side];
const pictures = uniform('pictures', count * 3 * side ** 2, -1, 1);
const labels = Array.from({ length: count }, (_, i) => i % 3);

function stepOf(forward: Graph, half?: Half): StepOptions {
  const trainable = parametersOf(forward).map(
    (parameter): Trainable => ({ ...parameter, group: 'head' }),
  );
  const how = { optimizer: 'adamw', weightDecay: 0.01, dropout: 0, clipNorm: 1, half } as const;
  return { ...how, logits: head.logits, trainable, statistics: 'batch' };
}

async function trainerOf(
  forward: Graph,
  half: Half | undefined,
  atOnce = count,
): Promise<GraphTrainer> {
  const trainer = await GraphTrainer.open({
    ...{ runtime: onnxruntime, step: stepOf(forward, half), forward, threads: 1 },
    ...{ inParts: atOnce < count, features: { dims } },
    ...{ learningRate: 1e-2, backboneLearningRate: 1e-2 },
  });
  onTestFinished(() => trainer.close());
  return trainer;
}

/** One step on all pictures. */
function step(trainer: GraphTrainer, data = pictures, atOnce = count): Promise<number> {
  const size = data.length / count;
  const parts = Array.from({ length: count / atOnce }, (_, at) => async (): Promise<Part> => {
    const [from, to] = [at * atOnce, (at + 1) * atOnce];
    const features = data.slice(from * size, to * size);
    return { features, labels: labels.slice(from, to), dropout: null };
  });
  return trainer.step({ parts, rateFactor: 1, divisor: count });
}

async function losses(half: Half | undefined, atOnce = count): Promise<number[]> {
  const trainer = await trainerOf(normalised(), half, atOnce);
  const all: number[] = [];
  for (let i = 0; i < 30; i++) all.push(await step(trainer, pictures, atOnce));
  return all;
}

const scaleOf = async (trainer: GraphTrainer) => (await trainer.read()).state.loss_scale!.data[0];

describe('in half precision', () => {
  it('all products of a step have operands of two bytes, and the optimizer has none', () => {
    const forward = normalised();
    const options = stepOf(forward, 'computed');
    const { gradients, update } = accumulatedStep(forward, options);
    const { graph } = trainingStep(forward, options);
    for (const { nodes } of [graph, gradients]) {
      const products = nodes.filter(({ op }) => op === 'MatMul' || op === 'Conv' || op === 'Gemm');
      expect(products.length).toBeGreaterThan(6);
      for (const { inputs } of products) {
        for (const name of inputs) expect(name).toMatch(/:half$/);
      }
    }
    expect(update.nodes.filter(({ op }) => op === 'Cast')).toEqual([]);
  });

  it.each([
    ['as a whole', count],
    ['in parts', 2],
  ])('a training goes as in single precision, but for rounding, %s', async (_, atOnce) => {
    const single = await losses(undefined, atOnce);
    const half = await losses('imitated', atOnce);
    expect(half.at(-1)).toBeLessThan(0.5 * half[0]!);
    const apart = half.map((loss, i) => Math.abs(loss - single[i]!));
    expect(Math.max(...apart)).toBeLessThan(0.02 * single[0]!);
    expect(Math.max(...apart)).toBeGreaterThan(1e-6); // it was another computation
  });

  it('a step is one that the runtime takes, which on the processor casts nothing', async () => {
    const [half, single] = [await losses('computed'), await losses(undefined)];
    for (const [i, loss] of half.entries()) expect(loss).toBeCloseTo(single[i]!, 5);
  });

  it('a step is left out whose gradients are too large, and the next has half the scale', async () => {
    const trainer = await trainerOf(normalised(), 'imitated');
    await step(trainer);
    const before = await trainer.read();
    const weights = (read: typeof before) =>
      Object.entries(read.weights).map(([name, { data }]) => [name, [...data]]);
    const kept = weights(before);
    const huge = pictures.map((value) => value * 1e5); // beyond the largest number of two bytes
    await step(trainer, huge);
    expect(weights(await trainer.read())).toEqual(kept);
    expect(await scaleOf(trainer)).toBe(2 ** 15);
    expect(await step(trainer)).toBeLessThan(10);
    expect(weights(await trainer.read())).not.toEqual(kept);
  });

  it('goes on from what was kept, to the very same weights', async () => {
    const through = await trainerOf(normalised(), 'imitated');
    for (let i = 0; i < 2; i++) await step(through);
    const { state } = await through.read();
    const copy = Object.fromEntries(
      Object.entries(state).map(([name, tensor]): [string, Tensor] => [
        name,
        { ...tensor, data: tensor.data.slice() },
      ]),
    );
    for (let i = 0; i < 3; i++) await step(through);
    const resumed = await trainerOf(normalised(), 'imitated');
    resumed.restore(copy, 2);
    for (let i = 0; i < 3; i++) await step(resumed);
    expect((await resumed.read()).state).toEqual((await through.read()).state);
  });
});

describe('the scale of the loss', () => {
  it('is halved by what is no number, and doubled after 2000 steps without', () => {
    const scale = new LossScale();
    const now = () => scale.now.data[0];
    expect(now()).toBe(65536);
    expect(scale.judges(Number.POSITIVE_INFINITY)).toBe(false);
    expect(scale.judges(Number.NaN)).toBe(false);
    expect(now()).toBe(16384);
    for (let i = 0; i < 1999; i++) expect(scale.judges(1)).toBe(true);
    expect(now()).toBe(16384);
    scale.judges(1);
    expect(now()).toBe(32768);
    const other = new LossScale();
    other.restore(scale.state);
    expect(other.now).toEqual(scale.now);
    other.restore({});
    expect(other.now.data[0]).toBe(65536);
  });
});
