/** Gradients of a step graph against central finite differences. */
import { expect } from 'vitest';
import { trainingStep } from '../../src-main/engine/autodiff/training-step.ts';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import type { Graph, Tensor } from '../../src-main/engine/graph/graph.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { integers, uniform } from './random.ts';
import { Trainer } from './trainer.ts';

export interface Case {
  /** Of one picture: C x H x W, or F. */
  readonly input: readonly number[];
  /** Parameters by name, drawn from their names. */
  readonly parameters?: Readonly<Record<string, readonly number[]>>;
  /** Writes the operator under test from `x`, and answers its result. */
  readonly write: (g: GraphBuilder, x: string) => string;
  /** How many numbers a picture has after it. */
  readonly width: number;
  /** Of batch normalisations. */
  readonly statistics?: 'frozen' | 'batch';
}

const classes = 3;
const batch = 2;

/** Draws away from 0, where Relu has no derivative, and never twice the same. */
export function drawn(name: string, dims: readonly number[]): Tensor {
  return float32(
    dims,
    uniform(name, size(dims), -1, 1).map((each) => each + Math.sign(each) * 0.05),
  );
}

/**
 * input · gain -> the operator -> a fixed linear layer -> logits. The gain is a parameter of the input's
 * shape, so that its gradient is the operator's gradient with respect to its input.
 */
function network(test: Case): Graph {
  const g = new GraphBuilder('case');
  const x = g.input('x', ['batch', ...test.input]);
  const gain = g.initializer('gain', drawn('gain', [1, ...test.input]));
  for (const [name, dims] of Object.entries(test.parameters ?? {})) {
    g.initializer(name, drawn(name, dims));
  }
  const y = test.write(g, g.node('Mul', [x, gain]));
  const flat = g.node('Flatten', [y], { axis: 1 });
  const weight = g.initializer('weight', drawn('weight', [classes, test.width]));
  g.output(g.node('Gemm', [flat, weight], { transB: 1 }, { output: 'scores' }), ['batch', classes]);
  return g.build();
}

/** With SGD's momentum at zero, what it is after one step is the gradient. */
export async function expectGradients(test: Case): Promise<void> {
  const forward = network(test);
  const names = ['gain', ...Object.keys(test.parameters ?? {})];
  const step = trainingStep(forward, {
    logits: 'scores',
    trainable: names.map((name) => ({ name, group: 'backbone', decay: false })),
    optimizer: 'sgd',
    weightDecay: 0,
    dropout: 0,
    ...(test.statistics && { statistics: test.statistics }),
  });
  const trainer = await Trainer.of(forward, step);
  const input = drawn('x', [batch, ...test.input]);
  const example = { input, labels: integers('labels', batch, classes) };
  const rates = { head: 0, backbone: 0 };
  const found = await trainer.run(example, rates);

  const parameters = trainer.state;
  const lossAt = async (name: string, index: number, shift: number) => {
    const { data, dims } = parameters[name]!;
    const moved = Float32Array.from(data as Float32Array);
    moved[index]! += shift;
    trainer.state = { ...parameters, [name]: float32(dims, moved) };
    const { loss } = await trainer.run(example, rates, ['loss']);
    return Number(loss!.data[0]);
  };
  for (const name of names) {
    const gradient = found[`${name}:momentum:next`]!.data as Float32Array;
    const largest = gradient.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    expect(largest, `the gradient of ${name} is not all zero`).toBeGreaterThan(1e-4);
    for (const [index, analytic] of gradient.entries()) {
      const h = 0.004;
      const numeric = ((await lossAt(name, index, h)) - (await lossAt(name, index, -h))) / (2 * h);
      // float32: the loss is known to about 1e-7, so the difference quotient to about 1e-5.
      expect(
        Math.abs(numeric - analytic),
        `d loss / d ${name}[${index}] = ${numeric}, the step says ${analytic}`,
      ).toBeLessThan(2e-3 * largest + 5e-5);
    }
  }
}
