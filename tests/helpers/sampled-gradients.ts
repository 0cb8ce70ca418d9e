/** Gradients of random cases: a few of their numbers each, against central differences. */
import { expect } from 'vitest';
import { trainingStep } from '../../src-main/engine/autodiff/training-step.ts';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import type { Graph, Tensor } from '../../src-main/engine/graph/graph.ts';
import { laid } from '../../src-main/engine/graph/layout.ts';
import { inferShapes } from '../../src-main/engine/graph/shapes.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { crossEntropy } from '../../src-main/engine/training/classification.ts';
import { drawn } from './gradients.ts';
import { integers, uniform } from './random.ts';
import { opened, Trainer } from './trainer.ts';

export interface RandomCase {
  /** Of one picture. */
  readonly input: readonly number[];
  readonly parameters?: Readonly<Record<string, readonly number[]>>;
  readonly write: (g: GraphBuilder, x: string) => string;
  /** Where the operator is defined for positive numbers only. */
  readonly positive?: boolean;
  readonly opset?: number;
}

export type Property = (draw: Draw) => RandomCase;

const classes = 3;
const batch = 2;
const samples = 8;

/** Draws of one property: whole numbers from low to high, choices, coins. */
export class Draw {
  #count = 0;
  readonly #name: string;
  constructor(name: string) {
    this.#name = name;
  }
  whole(low: number, high: number): number {
    const [value] = uniform(`${this.#name} ${this.#count++}`, 1, low, high + 1);
    return Math.min(Math.floor(value!), high);
  }
  of<T>(...choices: readonly T[]): T {
    return choices[this.whole(0, choices.length - 1)]!;
  }
}

export function values(name: string, dims: readonly number[], positive: boolean): Tensor {
  const { data } = drawn(name, dims);
  const floats = data as Float32Array;
  return float32(dims, positive ? floats.map((each) => Math.abs(each) + 0.3) : floats);
}

/** input · gain -> the operator -> a fixed linear layer, like gradients.ts, of whatever width comes out. */
export function caseNetwork(test: RandomCase): Graph {
  const g = new GraphBuilder('case', test);
  const x = g.input('x', ['batch', ...test.input]);
  const gain = g.initializer('gain', values('gain', [1, ...test.input], test.positive ?? false));
  for (const [name, dims] of Object.entries(test.parameters ?? {})) {
    g.initializer(name, values(name, dims, test.positive ?? false));
  }
  const flat = g.node('Flatten', [test.write(g, g.node('Mul', [x, gain]))], { axis: 1 });
  const width = inferShapes(g.build()).get(flat)![1] as number;
  const weight = g.initializer('weight', drawn('weight', [classes, width]));
  g.node('Gemm', [flat, weight], { transB: 1 }, { output: 'scores' });
  g.output('scores', ['batch', classes]);
  return g.build();
}

/**
 * The loss is computed in float64 from the scores, and the difference quotient is extrapolated
 * (Richardson) from two step widths, so that what is left of error is the rounding of the scores.
 * Where the two quotients disagree, a kink lies between: such samples do not count, and few may be such.
 */
export async function expectSampledGradients(test: RandomCase): Promise<void> {
  const forward = caseNetwork(test);
  const names = ['gain', ...Object.keys(test.parameters ?? {})];
  const step = trainingStep(forward, {
    logits: 'scores',
    trainable: names.map((name) => ({ name, group: 'backbone', decay: false })),
    optimizer: 'sgd',
    weightDecay: 0,
    dropout: 0,
  });
  const trainer = await Trainer.of(forward, step);
  const input = values('x', [batch, ...test.input], test.positive ?? false);
  const labels = integers('labels', batch, classes);
  const found = await trainer.run({ input, labels }, { head: 0, backbone: 0 });

  const fed = await opened({
    ...forward,
    inputs: [
      ...forward.inputs,
      ...names.map((name) => ({
        name,
        type: 'float32' as const,
        dims: forward.initializers.get(name)!.dims,
      })),
    ],
    initializers: new Map([...forward.initializers].filter(([name]) => !names.includes(name))),
  });
  const start = Object.fromEntries(names.map((name) => [name, forward.initializers.get(name)!]));
  const lossAt = async (name: string, index: number, shift: number) => {
    const { data, dims } = start[name]!;
    const moved = Float32Array.from(data as Float32Array);
    moved[index]! += shift;
    const { scores } = await fed.run({ ...start, x: input, [name]: float32(dims, moved) });
    const rows = scores!.data as Float32Array;
    const losses = labels.map((label, i) =>
      crossEntropy(rows.subarray(i * classes, (i + 1) * classes), label),
    );
    // float32 rounds the place that was moved to: what counts is how far it truly moved.
    return { loss: losses.reduce((a, b) => a + b, 0) / batch, at: moved[index]! };
  };
  const quotient = async (name: string, index: number, h: number) => {
    const [over, under] = [await lossAt(name, index, h), await lossAt(name, index, -h)];
    return (over.loss - under.loss) / (over.at - under.at);
  };

  let checked = 0;
  let kinks = 0;
  for (const name of names) {
    const { layout } = step.slots.find((slot) => slot.name === name)!;
    const asFed = laid(found[`${name}:momentum:next`]!, layout, 'channels-first');
    const gradient = asFed.data as Float32Array;
    const largest = gradient.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    expect(largest, `the gradient of ${name} is not all zero`).toBeGreaterThan(1e-6);
    const at = new Set(integers(`${name} samples`, samples, size(start[name]!.dims)));
    for (const index of at) {
      const [wide, narrow] = [
        await quotient(name, index, 0.016),
        await quotient(name, index, 0.008),
      ];
      if (Math.abs(wide - narrow) > 0.02 * largest + 1e-4) {
        kinks++;
        continue;
      }
      checked++;
      const numeric = (4 * narrow - wide) / 3;
      const analytic = gradient[index]!;
      expect(
        Math.abs(numeric - analytic),
        `d loss / d ${name}[${index}] = ${numeric}, the step says ${analytic}`,
      ).toBeLessThan(1e-3 * largest + 3e-5);
    }
  }
  expect(checked, `${kinks} kinks`).toBeGreaterThan(kinks);
}
