/** The ways to compute a convolution and its gradients agree, on maps too large for finite differences. */
import { describe, expect, it } from 'vitest';
import { columnsConv } from '../../src-main/engine/autodiff/rules/conv-columns.ts';
import { depthwiseConv } from '../../src-main/engine/autodiff/rules/conv-depthwise.ts';
import { directConv } from '../../src-main/engine/autodiff/rules/conv-direct.ts';
import { winogradConv } from '../../src-main/engine/autodiff/rules/conv-winograd.ts';
import { convolution } from '../../src-main/engine/autodiff/rules/convolution.ts';
import { Tape } from '../../src-main/engine/autodiff/tape.ts';
import { trainingStep } from '../../src-main/engine/autodiff/training-step.ts';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import type { Attribute, Tensor } from '../../src-main/engine/graph/graph.ts';
import { appendHead } from '../../src-main/engine/graph/head.ts';
import { inferShapes } from '../../src-main/engine/graph/shapes.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { uniform } from '../helpers/random.ts';
import { opened } from '../helpers/trainer.ts';

interface Case {
  readonly input: readonly number[];
  readonly weight: readonly number[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

const batch = 3;
const drawn = (name: string, dims: readonly number[]): Tensor =>
  float32(dims, uniform(name, size(dims)));

/** The output and all gradients, for a drawn gradient of the output. */
async function results(way: typeof directConv, test: Case): Promise<Record<string, Tensor>> {
  const f = new GraphBuilder('forward');
  const inputs = ['x', 'w', 'b'] as const;
  const dims = { x: [batch, ...test.input], w: test.weight, b: [test.weight[0]!] };
  for (const name of inputs) f.input(name, dims[name]);
  f.output(f.node('Conv', [...inputs], test.attributes, { output: 'y' }), []);
  const forward = f.build();
  const shapes = inferShapes(forward);
  const shape = shapes.get('y') as readonly number[];

  const g = new GraphBuilder('ways');
  const tape = new Tape(g, forward, shapes);
  for (const name of inputs) {
    tape.define(name, g.input(name, dims[name]));
    tape.need(name);
  }
  const dy = g.input('dy', shape);
  way(
    tape,
    convolution(tape, forward.nodes[0]!),
  )({
    name: dy,
    dims: shape,
    layout: 'channels-first',
  });
  g.output(g.node('Identity', [tape.read('y')], {}, { output: 'y' }), shape);
  for (const name of inputs) {
    const gradient = tape.lay(tape.gradient(name)!, 'channels-first');
    g.output(g.node('Identity', [gradient], {}, { output: `d${name}/` }), dims[name]);
  }
  const feeds = Object.fromEntries(inputs.map((name) => [name, drawn(name, dims[name])]));
  return (await opened(g.build())).run({ ...feeds, dy: drawn('dy', shape) });
}

async function expectAgreement(way: typeof directConv, test: Case): Promise<void> {
  const [a, b] = [await results(way, test), await results(directConv, test)];
  for (const name of ['y', 'dx/', 'dw/', 'db/']) {
    const [found, expected] = [a[name]!, b[name]!].map(({ data }) => data as Float32Array);
    const largest = expected!.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    expect(a[name]!.dims, name).toEqual(b[name]!.dims);
    expect(largest, name).toBeGreaterThan(0);
    const error = found!.reduce(
      (most, each, i) => Math.max(most, Math.abs(each - expected![i]!)),
      0,
    );
    expect(error / largest, name).toBeLessThan(1e-5);
  }
}

const padded = (pad: number, stride = 1, group = 1) => ({
  pads: [pad, pad, pad, pad],
  strides: [stride, stride],
  group,
});

describe('convolution', () => {
  it.each<[string, Case]>([
    ['3x3', { input: [8, 14, 14], weight: [6, 8, 3, 3], attributes: padded(1) }],
    ['3x3, stride 2', { input: [8, 15, 14], weight: [6, 8, 3, 3], attributes: padded(1, 2) }],
    ['7x7, stride 2', { input: [3, 28, 28], weight: [6, 3, 7, 7], attributes: padded(3, 2) }],
    ['1x1, stride 2', { input: [8, 14, 14], weight: [6, 8, 1, 1], attributes: padded(0, 2) }],
    ['3x3, padded beyond need', { input: [4, 6, 6], weight: [6, 4, 3, 3], attributes: padded(3) }],
    ['3x3 of many channels', { input: [20, 9, 10], weight: [6, 20, 3, 3], attributes: padded(1) }],
    [
      '3x3 of many channels, stride 2',
      { input: [20, 9, 10], weight: [6, 20, 3, 3], attributes: padded(1, 2) },
    ],
    [
      '2x3, dilated, with strides of 1 and 2',
      {
        input: [3, 11, 12],
        weight: [6, 3, 2, 3],
        attributes: { dilations: [2, 3], strides: [1, 2], pads: [1, 0, 0, 2] },
      },
    ],
  ])('by columns is convolution: %s', (_, test) => expectAgreement(columnsConv, test));

  it.each<[string, Case]>([
    ['7x7', { input: [8, 7, 7], weight: [6, 8, 3, 3], attributes: padded(1) }],
    ['whole tiles', { input: [8, 12, 8], weight: [6, 8, 3, 3], attributes: padded(1) }],
    ['not padded', { input: [8, 9, 14], weight: [6, 8, 3, 3], attributes: padded(0) }],
    ['padded beyond need', { input: [4, 6, 6], weight: [6, 4, 3, 3], attributes: padded(2) }],
  ])("by Winograd's tiles is convolution: %s", (_, test) => expectAgreement(winogradConv, test));

  it.each<[string, Case]>([
    ['3x3', { input: [8, 28, 28], weight: [8, 1, 3, 3], attributes: padded(1, 1, 8) }],
    ['5x5', { input: [8, 14, 13], weight: [8, 1, 5, 5], attributes: padded(2, 1, 8) }],
    ['5x5 on 7x7', { input: [8, 7, 7], weight: [8, 1, 5, 5], attributes: padded(2, 1, 8) }],
    ['3x3, stride 2', { input: [8, 57, 56], weight: [8, 1, 3, 3], attributes: padded(1, 2, 8) }],
    [
      '5x5, stride 2, as TensorFlow pads',
      {
        input: [8, 28, 28],
        weight: [8, 1, 5, 5],
        attributes: { pads: [1, 1, 2, 2], strides: [2, 2], group: 8 },
      },
    ],
  ])('by tiles is depthwise convolution: %s', (_, test) => expectAgreement(depthwiseConv, test));

  it('is left to the runtime where its columns would fill the memory', () => {
    const step = (side: number) => {
      const g = new GraphBuilder('wide');
      const w = g.initializer('w', drawn('w', [4, 16, 3, 3]));
      let x = g.input('x', ['batch', 16, side, side]);
      x = g.node('GlobalAveragePool', [g.node('Conv', [x, w], padded(1))]);
      g.output(g.node('Flatten', [x]), ['batch', 4]);
      const forward = appendHead(g.build(), drawn('head', [2, 4]), drawn('bias', [2]));
      return trainingStep(forward, {
        logits: 'logits',
        trainable: [{ name: 'w', group: 'backbone', decay: true }],
        optimizer: 'sgd',
        weightDecay: 0,
        dropout: 0,
      }).graph.nodes.map((node) => node.op);
    };
    expect(step(84)).not.toContain('Conv');
    expect(step(86)).toContain('Conv');
  });
});
