/** Every backward rule against central finite differences. */
import { describe, it } from 'vitest';
import type { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import type { Attribute } from '../../src-main/engine/graph/graph.ts';
import { float32 } from '../../src-main/engine/graph/tensor.ts';
import { type Case, drawn, expectGradients } from '../helpers/gradients.ts';

const only = (
  op: string,
  input: readonly number[],
  width: number,
  attributes: Readonly<Record<string, Attribute>> = {},
): Case => ({ input, width, write: (g, x) => g.node(op, [x], attributes) });

interface ConvCase {
  readonly input: readonly [number, number, number];
  readonly weight: readonly [number, number, number, number];
  readonly map: readonly [number, number];
  readonly bias?: boolean;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

const conv = ({ input, weight, map, bias = false, attributes = {} }: ConvCase): Case => ({
  input,
  parameters: { w: weight, ...(bias && { b: [weight[0]] }) },
  width: weight[0] * map[0] * map[1],
  write: (g, x) => g.node('Conv', [x, 'w', ...(bias ? ['b'] : [])], attributes),
});

const small = [2, 5, 6] as const;
const pads = [1, 1, 1, 1];

const convolutions: Readonly<Record<string, ConvCase>> = {
  '1x1': { input: small, weight: [3, 2, 1, 1], map: [5, 6] },
  '1x1, stride 2': {
    input: small,
    weight: [3, 2, 1, 1],
    map: [3, 3],
    attributes: { strides: [2, 2] },
  },
  '3x3': { input: small, weight: [3, 2, 3, 3], map: [3, 4] },
  '3x3, padded, with a bias': {
    input: small,
    weight: [3, 2, 3, 3],
    map: [5, 6],
    bias: true,
    attributes: { pads },
  },
  '3x3, stride 2, padded': {
    input: small,
    weight: [3, 2, 3, 3],
    map: [3, 3],
    attributes: { pads, strides: [2, 2] },
  },
  '3x3, strides 2 and 1, padded on one side': {
    input: small,
    weight: [2, 2, 3, 3],
    map: [2, 6],
    attributes: { pads: [0, 0, 0, 2], strides: [2, 1] },
  },
  '3x3, stride 3: one pixel in three is the first of a window': {
    input: [2, 7, 8],
    weight: [2, 2, 3, 3],
    map: [2, 2],
    attributes: { strides: [3, 3] },
  },
  '2x2, stride 3: some pixels are in no window': {
    input: [2, 7, 8],
    weight: [2, 2, 2, 2],
    map: [2, 3],
    attributes: { strides: [3, 3] },
  },
  '2x3, dilated': {
    input: small,
    weight: [2, 2, 2, 3],
    map: [3, 4],
    attributes: { dilations: [2, 1] },
  },
  '3x3, dilated, stride 2, padded': {
    input: [2, 7, 7],
    weight: [2, 2, 3, 3],
    map: [3, 3],
    attributes: { dilations: [2, 2], strides: [2, 2], pads },
  },
  "padding 'same' as TensorFlow has it": {
    input: [2, 6, 6],
    weight: [2, 2, 3, 3],
    map: [3, 3],
    attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  },
  'two groups': {
    input: [4, 5, 5],
    weight: [6, 2, 3, 3],
    map: [5, 5],
    bias: true,
    attributes: { pads, group: 2 },
  },
  'two groups, stride 2': {
    input: [4, 6, 5],
    weight: [4, 2, 3, 3],
    map: [3, 3],
    attributes: { pads, group: 2, strides: [2, 2] },
  },
  depthwise: {
    input: [3, 5, 5],
    weight: [3, 1, 3, 3],
    map: [5, 5],
    bias: true,
    attributes: { pads, group: 3 },
  },
  'depthwise, stride 2, padded on one side': {
    input: [3, 6, 6],
    weight: [3, 1, 3, 3],
    map: [3, 3],
    attributes: { pads: [0, 0, 1, 1], group: 3, strides: [2, 2] },
  },
  'depthwise, on maps of several tiles': {
    input: [2, 9, 17],
    weight: [2, 1, 3, 3],
    map: [9, 17],
    attributes: { pads, group: 2 },
  },
  'depthwise, stride 2, on maps of several tiles': {
    input: [2, 11, 18],
    weight: [2, 1, 3, 5],
    map: [5, 8],
    attributes: { pads: [0, 1, 1, 0], group: 2, strides: [2, 2] },
  },
  'depthwise, stride 3, dilated, on maps of several tiles': {
    input: [2, 20, 12],
    weight: [2, 1, 2, 3],
    map: [6, 4],
    attributes: { pads: [0, 2, 0, 1], group: 2, strides: [3, 3], dilations: [2, 2] },
  },
  'depthwise, 5x5, two outputs a channel': {
    input: [2, 5, 5],
    weight: [4, 1, 5, 5],
    map: [5, 5],
    attributes: { pads: [2, 2, 2, 2], group: 2 },
  },
};

describe('Conv', () => {
  it.each(Object.entries(convolutions))('%s', (_, test) => expectGradients(conv(test)));
});

describe('normalisation and activations', () => {
  const statistics = (input: readonly number[], attributes = {}): Case => ({
    input,
    parameters: { scale: [input[0]!], shift: [input[0]!] },
    width: input.reduce((a, b) => a * b, 1),
    write: (g, x) => {
      const mean = g.initializer('mean', drawn('mean', [input[0]!]));
      const variance = g.initializer(
        'variance',
        float32([input[0]!], [0.5, 1, 2].slice(0, input[0])),
      );
      return g.node('BatchNormalization', [x, 'scale', 'shift', mean, variance], attributes);
    },
  });
  it('BatchNormalization with frozen statistics', () => expectGradients(statistics([3, 2, 3])));
  it('BatchNormalization with another epsilon', () =>
    expectGradients(statistics([3, 2, 3], { epsilon: 0.1 })));
  it.each([
    ['maps', [3, 2, 3]],
    ['vectors', [3]],
  ])('BatchNormalization with the statistics of a batch of %s', (_, input) =>
    expectGradients({ ...statistics(input), statistics: 'batch' }),
  );
  it('BatchNormalization of vectors', () => expectGradients(statistics([3])));
  it('BatchNormalization with the statistics of a batch, around convolutions', () =>
    expectGradients({
      input: [2, 4, 4],
      parameters: { w: [3, 2, 3, 3], scale: [3], shift: [3], v: [2, 3, 1, 1] },
      width: 2 * 16,
      statistics: 'batch',
      write: (g, x) => {
        const y = g.node('Conv', [x, 'w'], { pads: [1, 1, 1, 1] });
        const mean = g.initializer('mean', float32([3], [0, 0, 0]));
        const variance = g.initializer('variance', float32([3], [1, 1, 1]));
        const z = g.node('BatchNormalization', [y, 'scale', 'shift', mean, variance]);
        return g.node('Conv', [z, 'v']);
      },
    }));
  const three = (g: GraphBuilder, x: string) => {
    const mean = g.initializer('mean', drawn('mean', [3]));
    const variance = g.initializer('variance', float32([3], [0.5, 1, 2]));
    return g.node('BatchNormalization', [x, 'scale', 'shift', mean, variance]);
  };
  const w = [3, 2, 3, 3];
  const frozen = (name: string, dims: readonly number[]) => (g: GraphBuilder) =>
    g.initializer(name, drawn(name, dims));
  const afterConv: Readonly<Record<string, Pick<Case, 'parameters' | 'width' | 'write'>>> = {
    'that is trained too': {
      parameters: { w, scale: [3], shift: [3] },
      width: 27,
      write: (g, x) => three(g, g.node('Conv', [x, 'w'], { pads })),
    },
    'with a bias': {
      parameters: { w, b: [3], scale: [3], shift: [3] },
      width: 27,
      write: (g, x) => three(g, g.node('Conv', [x, 'w', 'b'], { pads })),
    },
    'by depth': {
      parameters: { v: [3, 2, 1, 1], w: [3, 1, 3, 3], scale: [3], shift: [3] },
      width: 27,
      write: (g, x) =>
        three(g, g.node('Conv', [g.node('Conv', [x, 'v']), 'w'], { pads, group: 3 })),
    },
    'that is frozen': {
      parameters: { scale: [3], shift: [3] },
      width: 27,
      write: (g, x) => three(g, g.node('Conv', [x, frozen('w', w)(g)], { pads })),
    },
    'with a frozen scale': {
      parameters: { w, shift: [3] },
      width: 27,
      write: (g, x) => {
        frozen('scale', [3])(g);
        return three(g, g.node('Conv', [x, 'w'], { pads }));
      },
    },
    'that is read elsewhere too': {
      parameters: { w, scale: [3], shift: [3] },
      width: 27,
      write: (g, x) => {
        const y = g.node('Conv', [x, 'w'], { pads });
        return g.node('Add', [three(g, y), y]);
      },
    },
  };
  it.each(Object.entries(afterConv))('BatchNormalization after a convolution %s', (_, test) =>
    expectGradients({ input: [2, 3, 3], ...test }),
  );
  it('Relu', () => expectGradients(only('Relu', [4, 3, 3], 36)));
  it('Clip between two bounds', () =>
    expectGradients({
      input: [20],
      width: 20,
      write: (g, x) => g.node('Clip', [x, g.constant(-0.2), g.constant(0.31)]),
    }));
  it('Clip from below', () =>
    expectGradients({
      input: [20],
      width: 20,
      write: (g, x) => g.node('Clip', [x, g.constant(-0.2)]),
    }));
  it('Clip from above', () =>
    expectGradients({
      input: [20],
      width: 20,
      write: (g, x) => g.node('Clip', [x, '', g.constant(0.31)]),
    }));
});

describe('pooling', () => {
  it('MaxPool', () =>
    expectGradients(only('MaxPool', [2, 4, 6], 12, { kernel_shape: [2, 2], strides: [2, 2] })));
  it('MaxPool with windows that overlap', () =>
    expectGradients(
      only('MaxPool', [2, 5, 5], 18, { kernel_shape: [3, 3], strides: [2, 2], pads }),
    ));
  it('AveragePool', () =>
    expectGradients(only('AveragePool', [2, 4, 6], 12, { kernel_shape: [2, 2], strides: [2, 2] })));
  it('AveragePool with windows that overlap, padding not counted', () =>
    expectGradients(
      only('AveragePool', [2, 5, 5], 18, { kernel_shape: [3, 3], strides: [2, 2], pads }),
    ));
  it('AveragePool, padding counted', () =>
    expectGradients(
      only('AveragePool', [2, 5, 5], 18, {
        kernel_shape: [3, 3],
        strides: [2, 2],
        pads,
        count_include_pad: 1,
      }),
    ));
  it('AveragePool with a last window that is cut off', () =>
    expectGradients(
      only('AveragePool', [1, 5, 6], 9, { kernel_shape: [2, 3], strides: [2, 2], ceil_mode: 1 }),
    ));
  it('AveragePool that leaves pixels over', () =>
    expectGradients(only('AveragePool', [1, 6, 5], 4, { kernel_shape: [2, 2], strides: [3, 2] })));
  it('GlobalAveragePool', () => expectGradients(only('GlobalAveragePool', [3, 2, 4], 3)));
});

describe('sums, products and shapes', () => {
  it('Add of a value to itself and to what became of it', () =>
    expectGradients({
      input: [2, 3, 3],
      parameters: { w: [2, 2, 3, 3] },
      width: 18,
      write: (g, x) => {
        const y = g.node('Add', [g.node('Conv', [x, 'w'], { pads }), x]);
        return g.node('Add', [y, y]);
      },
    }));
  it.each([
    ['a scalar', []],
    ['a vector along the last axis', [3]],
    ['a number a channel', [2, 1, 1]],
    ['one row for the whole batch', [1, 2, 1, 3]],
  ])('Add and Mul with %s, beside a convolution', (_, dims) =>
    expectGradients({
      input: [2, 2, 3],
      parameters: { w: [2, 2, 1, 1], p: dims, q: dims },
      width: 12,
      write: (g, x) => g.node('Mul', ['q', g.node('Add', [g.node('Conv', [x, 'w']), 'p'])]),
    }),
  );
  it('Mul of two values', () =>
    expectGradients({
      input: [2, 3, 3],
      parameters: { w: [2, 2, 1, 1] },
      width: 18,
      write: (g, x) => g.node('Mul', [g.node('Conv', [x, 'w']), x]),
    }));
  it('Flatten and Reshape', () =>
    expectGradients({
      input: [2, 3, 2],
      parameters: { w: [2, 2, 1, 1], m: [12, 12] },
      width: 12,
      write: (g, x) => {
        const flat = g.node('Flatten', [g.node('Conv', [x, 'w'])]);
        const mixed = g.node('MatMul', [flat, 'm']);
        return g.node('Reshape', [mixed, g.constant([0, -1, 3], 'int64')]);
      },
    }));
  it('Identity and Dropout without a mask', () =>
    expectGradients({
      input: [6],
      width: 6,
      write: (g, x) => g.node('Dropout', [g.node('Identity', [x])]),
    }));
});

describe('matrices', () => {
  it.each([
    [0, 0],
    [0, 1],
  ])('Gemm with transA %i and transB %i', (transA, transB) =>
    expectGradients({
      input: [4],
      parameters: { w: transB ? [5, 4] : [4, 5], c: [5] },
      width: 5,
      write: (g, x) =>
        g.node('Gemm', [x, 'w', 'c'], {
          transA,
          transB,
          alpha: { float: 0.5 },
          beta: { float: 2 },
        }),
    }),
  );
  it.each([0, 1])('Gemm whose first factor is turned, transB %i', (transB) =>
    expectGradients({
      input: [4],
      parameters: { v: [6, 4], w: transB ? [5, 6] : [6, 5] },
      width: 5,
      write: (g, x) => g.node('MatMul', [x, g.node('Gemm', ['v', 'w'], { transA: 1, transB })]),
    }),
  );
  it('MatMul of rows of a sequence', () =>
    expectGradients({
      input: [3, 4],
      parameters: { w: [4, 2] },
      width: 6,
      write: (g, x) => g.node('MatMul', [x, 'w']),
    }));
  it('MatMul of stacks of matrices', () =>
    expectGradients({
      input: [2, 3, 4],
      parameters: { w: [2, 4, 2] },
      width: 12,
      write: (g, x) => g.node('MatMul', [x, 'w']),
    }));
});
