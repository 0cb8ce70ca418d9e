/** Whole training steps against PyTorch, and what a step promises. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Optimizer, StepOptions } from '../../src-main/engine/autodiff/step.ts';
import { trainingStep } from '../../src-main/engine/autodiff/training-step.ts';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { appendHead, head } from '../../src-main/engine/graph/head.ts';
import { float32 } from '../../src-main/engine/graph/tensor.ts';
import { integers, uniform } from '../helpers/random.ts';
import { resnetTail, resnetTailTrainable } from '../helpers/resnet-tail.ts';
import {
  drawn,
  expectClose,
  linear,
  linearOptions,
  normalised,
} from '../helpers/small-networks.ts';
import { opened, Trainer } from '../helpers/trainer.ts';

interface LinearRun {
  readonly losses: readonly number[];
  readonly weight: readonly number[];
  readonly bias: readonly number[];
}
interface Golden extends Readonly<Record<Optimizer, LinearRun>> {
  readonly resnetTail: readonly number[];
  /** Losses, and some of the parameters after the last step. */
  readonly batchStatistics: Readonly<Record<string, readonly number[]>>;
}
const golden: Golden = JSON.parse(
  readFileSync(new URL('./fixtures/training.json', import.meta.url), 'utf8'),
);

describe('beside PyTorch', () => {
  it.each(['sgd', 'adamw'] as const)('%s moves weights alike, step for step', async (optimizer) => {
    const forward = linear();
    const trainer = await Trainer.of(
      forward,
      trainingStep(forward, { ...linearOptions, optimizer }),
    );
    const losses: number[] = [];
    for (const i of golden[optimizer].losses.keys()) {
      const mask = uniform(`mask${i}`, 30, 0, 1).map((each) => (each > 0.25 ? 1 / 0.75 : 0));
      const batch = {
        input: drawn(`x${i}`, [5, 6], -1, 1),
        labels: integers(`labels${i}`, 5, 3),
        mask: float32([5, 6], mask),
      };
      losses.push(await trainer.step(batch, { head: 0.1, backbone: 0.01 }));
    }
    const { losses: expected, weight, bias } = golden[optimizer];
    expectClose(losses, expected, 1e-4);
    expectClose(trainer.state[head.weight]!.data as Float32Array, weight, 1e-4);
    expectClose(trainer.state[head.bias]!.data as Float32Array, bias, 1e-4);
  });

  it('ten SGD steps with the statistics of each batch follow its losses and running statistics', async () => {
    const forward = normalised();
    const trainable = [...forward.initializers.keys()]
      .filter((name) => !/running/.test(name))
      .map((name) => ({ name, group: 'head', decay: false }) as const);
    const step = trainingStep(forward, {
      logits: head.logits,
      trainable,
      optimizer: 'sgd',
      weightDecay: 0,
      dropout: 0,
      statistics: 'batch',
    });
    const trainer = await Trainer.of(forward, step);
    const { losses: expected, ...parameters } = golden.batchStatistics;
    const losses: number[] = [];
    for (const i of expected!.keys()) {
      const input = drawn(`maps${i}`, [5, 3, 8, 8], -1, 1);
      const labels = integers(`labels${i}`, 5, 3);
      losses.push(await trainer.step({ input, labels }, { head: 0.05, backbone: 0 }));
    }
    expectClose(losses, expected!, 1e-3);
    for (const [name, values] of Object.entries(parameters)) {
      expectClose(trainer.state[name]!.data as Float32Array, values, 1e-3);
    }
  });

  it('ten SGD steps of a fine-tuned ResNet18 tail follow its losses', async () => {
    const forward = resnetTail(4);
    const step = trainingStep(forward, {
      logits: head.logits,
      trainable: resnetTailTrainable(forward),
      optimizer: 'sgd',
      weightDecay: 0.01,
      dropout: 0,
    });
    const trainer = await Trainer.of(forward, step);
    const batch = {
      input: drawn('features', [8, 256, 14, 14], 0, 1),
      labels: integers('labels', 8, 4),
    };
    const losses: number[] = [];
    for (const _ of golden.resnetTail) {
      losses.push(await trainer.step(batch, { head: 0.01, backbone: 0.0005 }));
    }
    expect(losses[0]! - losses.at(-1)!).toBeGreaterThan(0.5);
    for (const [i, expected] of golden.resnetTail.entries()) {
      expect(Math.abs(losses[i]! / expected - 1), `step ${i + 1}`).toBeLessThan(1e-4);
    }
  });
});

describe('a training step', () => {
  it('takes and gives what it promises', () => {
    const { graph, slots } = trainingStep(linear(), { ...linearOptions, optimizer: 'adamw' });
    expect(graph.inputs.map((input) => [input.name, input.dims.join('x')])).toEqual([
      ['features', 'batchx6'],
      ['labels', 'batch'],
      ['learning_rate', ''],
      ['backbone_learning_rate', ''],
      ['step', ''],
      ['dropout_mask', 'batchx6'],
      ...slots.flatMap(({ name, dims, state }) =>
        [name, ...state].map((each) => [each, dims.join('x')]),
      ),
    ]);
    expect(slots.map((slot) => slot.state)).toEqual([
      ['head.weight:mean', 'head.weight:square'],
      ['head.bias:mean', 'head.bias:square'],
    ]);
    expect(graph.outputs.map((output) => output.name)).toEqual([
      'loss',
      'logits',
      ...slots.flatMap((slot) => [slot.name, ...slot.state].map((each) => `${each}:next`)),
    ]);
  });

  it('gives the logits that the forward graph gives, for any size of batch', async () => {
    const forward = linear();
    const session = await opened(forward);
    const trainer = await Trainer.of(
      forward,
      trainingStep(forward, { ...linearOptions, dropout: 0 }),
    );
    for (const count of [1, 3]) {
      const input = drawn('x', [count, 6], -1, 1);
      const { logits } = await session.run({ features: input });
      const labels = integers('labels', count, 3);
      const results = await trainer.run({ input, labels }, { head: 0, backbone: 0 });
      expect(results.logits!.dims).toEqual([count, 3]);
      expectClose(results.logits!.data as Float32Array, [...(logits!.data as Float32Array)], 1e-5);
      expect(results.loss!.dims).toEqual([]);
    }
  });

  it('computes no gradient below the first trained parameter', () => {
    const forward = resnetTail(4);
    const convolutions = (trainable: StepOptions['trainable']) => {
      const options = { ...linearOptions, logits: head.logits, trainable, dropout: 0 };
      const { nodes } = trainingStep(forward, options).graph;
      return nodes.filter(({ op }) => op === 'Conv').length;
    };
    const all = resnetTailTrainable(forward);
    // What needs no gradient is left to the runtime as it is; the rest is written as matrix products.
    expect(convolutions(all.filter(({ group }) => group === 'head'))).toBe(5);
    expect(convolutions(all.filter(({ name }) => !name.startsWith('layer4.0.')))).toBe(3);
    expect(convolutions(all)).toBe(0);
  });

  it('names an operator that it cannot train through, and lets it be below', () => {
    const network = (above: boolean) => {
      const g = new GraphBuilder('odd');
      let x = g.input('x', ['batch', 6]);
      g.initializer('w', drawn('w', [6, 6], -1, 1));
      if (!above) x = g.node('Selu', [x], {}, { name: 'squash' });
      x = g.node('MatMul', [x, 'w']);
      if (above) x = g.node('Selu', [x], {}, { name: 'squash' });
      g.output(x, ['batch', 6]);
      return appendHead(g.build(), drawn('weight', [3, 6], -1, 1), drawn('bias', [3], -1, 1));
    };
    const trainable = [{ name: 'w', group: 'backbone', decay: true }] as const;
    const options = { ...linearOptions, trainable };
    expect(() => trainingStep(network(true), options)).toThrow(
      'The operator Selu ("squash") cannot be trained through: adapt fewer blocks.',
    );
    expect(trainingStep(network(false), options).slots).toHaveLength(1);
  });

  it('refuses a parameter that is not there or changes nothing', () => {
    const g = GraphBuilder.from(linear());
    g.initializer('idle', drawn('idle', [2], -1, 1));
    const train = (name: string) => () =>
      trainingStep(g.build(), {
        ...linearOptions,
        trainable: [{ name, group: 'head', decay: true }],
      });
    expect(train('nothing')).toThrow('has no float32 parameter "nothing" to train');
    expect(train('idle')).toThrow('do not depend on "idle"');
  });
});
