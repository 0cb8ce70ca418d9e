/** Training steps on TensorFlow against the same ones on ONNX Runtime. */
import { expect } from 'vitest';
import type { StepOptions } from '../../../src-main/engine/autodiff/step.ts';
import type { Graph } from '../../../src-main/engine/graph/graph.ts';
import { float32, size } from '../../../src-main/engine/graph/tensor.ts';
import { onnxruntime } from '../../../src-main/engine/runtimes/onnxruntime.ts';
import type { Runtime, Tensors } from '../../../src-main/engine/runtimes/runtime.ts';
import { type Batch, openTrainer } from '../../../src-main/engine/training/trainer.ts';
import { integers } from '../random.ts';
import { caseNetwork, type RandomCase, values } from '../sampled-gradients.ts';

export interface Steps {
  readonly forward: Graph;
  readonly step: StepOptions;
  readonly inParts?: boolean;
  /** Of one example. */
  readonly dims: readonly number[];
  readonly rates?: readonly [head: number, backbone: number];
  readonly batches: readonly Batch[];
  /** Where it goes on from. */
  readonly from?: { readonly state: Tensors; readonly steps: number };
}

/** The losses before each step, and what is carried after the last. */
export async function stepsOn(runtime: Runtime, steps: Steps) {
  const { forward, step, inParts = false, dims, rates = [0.01, 0.003], batches, from } = steps;
  const [learningRate, backboneLearningRate] = rates;
  const trainer = await openTrainer({
    ...{ runtime, step, forward, inParts, features: { dims }, threads: 1 },
    ...{ learningRate, backboneLearningRate },
  });
  try {
    if (from) trainer.restore(from.state, from.steps);
    const losses: number[] = [];
    for (const batch of batches) losses.push(await trainer.step(batch));
    const { state } = await trainer.read();
    const copies = Object.entries(state).map(([name, { data, dims }]) => [
      name,
      float32(dims, Float32Array.from(data as Float32Array)),
    ]);
    return { losses, state: Object.fromEntries(copies) as Tensors };
  } finally {
    await trainer.close();
  }
}

/** By how much two arrays differ, relative to the largest number of the first. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [largest, off] = [1e-3, 0];
  for (let i = 0; i < a.length; i++) {
    largest = Math.max(largest, Math.abs(a[i]!));
    off = Math.max(off, Math.abs(a[i]! - b[i]!));
  }
  return off / largest;
}

/**
 * @param tolerance of parameters and statistics; of the optimizer's state after several steps it is ten times as much:
 *   a number that rounding moves across a ReLU's kink changes a gradient at once
 */
export function expectSameState(there: Tensors, here: Tensors, tolerance: number): void {
  expect(Object.keys(there).toSorted()).toEqual(Object.keys(here).toSorted());
  for (const [name, { data, dims }] of Object.entries(here)) {
    const found = there[name]!;
    expect(found.dims, name).toEqual(dims);
    expect(
      difference(data as Float32Array, found.data as Float32Array),
      `${name} is off by`,
    ).toBeLessThan(name.includes(':') ? 10 * tolerance : tolerance);
  }
}

const batch = 2;

/**
 * One operator between a gain and a linear layer (sampled-gradients.ts): its result, the loss and, as the
 * momentum after the first step, every gradient.
 */
export async function expectSameOperator(runtime: Runtime, test: RandomCase): Promise<void> {
  const forward = caseNetwork(test);
  const names = ['gain', ...Object.keys(test.parameters ?? {})];
  const input = values('x', [batch, ...test.input], test.positive ?? false);
  const scores = async (on: Runtime) => {
    const session = await on.open(forward);
    const results = await session.run({ x: input });
    await session.close();
    return results.scores!.data as Float32Array;
  };
  const [there, here] = [await scores(runtime), await scores(onnxruntime)];
  expect(difference(here, there), 'the result is off by').toBeLessThan(1e-4);

  const part = async () => ({
    features: input.data as Float32Array,
    labels: integers('labels', batch, 3),
    dropout: null,
  });
  const steps: Steps = {
    // The trainer asks the last layer's width of it.
    forward: { ...forward, initializers: withHead(forward) },
    step: {
      logits: 'scores',
      trainable: names.map((name) => ({ name, group: 'backbone', decay: false })),
      ...{ optimizer: 'sgd', weightDecay: 0, dropout: 0 },
    },
    dims: test.input,
    batches: [{ parts: [part], rateFactor: 1, divisor: batch }],
  };
  const [trained, expected] = [await stepsOn(runtime, steps), await stepsOn(onnxruntime, steps)];
  expect(Math.abs(trained.losses[0]! - expected.losses[0]!)).toBeLessThan(1e-4);
  // The momentum is the gradient here: held to 1e-3.
  expectSameState(trained.state, expected.state, 1e-4);
}

const withHead = ({ initializers }: Graph) =>
  new Map([...initializers, ['head.weight', float32([3, 1], new Float32Array(size([3, 1])))]]);
