/** Networks of a few parameters, as fixtures/training.py has them. */
import { expect } from 'vitest';
import type { StepOptions } from '../../src-main/engine/autodiff/step.ts';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import type { Graph, Tensor } from '../../src-main/engine/graph/graph.ts';
import { appendHead, head } from '../../src-main/engine/graph/head.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { uniform } from './random.ts';

export const drawn = (name: string, dims: readonly number[], low: number, high: number): Tensor =>
  float32(dims, uniform(name, size(dims), low, high));

/** Six features, three classes. */
export function linear(): Graph {
  const g = new GraphBuilder('linear');
  g.output(g.input('features', ['batch', 6]), ['batch', 6]);
  return appendHead(g.build(), drawn('weight', [3, 6], -0.5, 0.5), drawn('bias', [3], -0.1, 0.1));
}

export const linearOptions: StepOptions = {
  logits: head.logits,
  trainable: [
    { name: head.weight, group: 'head', decay: true },
    { name: head.bias, group: 'backbone', decay: false },
  ],
  optimizer: 'sgd',
  weightDecay: 0.1,
  dropout: 0.25,
};

/** Two convolutions with batch normalisations. */
export function normalised(): Graph {
  const g = new GraphBuilder('normalised');
  const weight = (name: string, dims: readonly number[]) => {
    const bound = Math.sqrt(6 / size(dims.slice(1)));
    return g.initializer(name, drawn(name, dims, -bound, bound));
  };
  let x = g.input('x', ['batch', 3, 8, 8]);
  for (const [at, [inside, outside]] of [
    [3, 4],
    [4, 6],
  ].entries()) {
    const conv = weight(`conv${at + 1}.weight`, [outside!, inside!, 3, 3]);
    x = g.node('Conv', [x, conv], { pads: [1, 1, 1, 1], strides: [at + 1, at + 1] });
    const vectors = ['weight', 'bias', 'running_mean', 'running_var'].map((name) => {
      const full = `bn${at + 1}.${name}`;
      const range = name === 'weight' || name === 'running_var' ? [0.5, 1.5] : [-0.1, 0.1];
      return g.initializer(full, drawn(full, [outside!], range[0]!, range[1]!));
    });
    x = g.node('Relu', [g.node('BatchNormalization', [x, ...vectors])]);
  }
  g.output(g.node('Flatten', [g.node('GlobalAveragePool', [x])]), ['batch', 6]);
  return appendHead(g.build(), drawn(head.weight, [3, 6], -1, 1), drawn(head.bias, [3], -0.1, 0.1));
}

/** Relative to the expected values, but for small ones. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: readonly number[],
  tolerance: number,
) {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i]! - value), `${i}: ${actual[i]} against ${value}`).toBeLessThan(
      tolerance * Math.max(1e-2, Math.abs(value)),
    );
  }
}
