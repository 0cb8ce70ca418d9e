/** Rules of one number at a time, of two, and of sums, over random shapes. */
import { describe, it } from 'vitest';
import type { Attribute } from '../../src-main/engine/graph/graph.ts';
import { float32 } from '../../src-main/engine/graph/tensor.ts';
import { Draw, expectSampledGradients, type RandomCase } from '../helpers/sampled-gradients.ts';

const rounds = 5;

/** Shapes of one picture with one to three axes. */
function shape(draw: Draw): number[] {
  return Array.from({ length: draw.whole(1, 3) }, () => draw.whole(1, 4)).with(0, draw.whole(2, 5));
}

const map = (draw: Draw) => [draw.whole(2, 5), draw.whole(2, 5), draw.whole(2, 5)];

interface Single {
  readonly op: string;
  readonly attributes?: (draw: Draw) => Readonly<Record<string, Attribute>>;
  /** The numbers are multiplied by it, so that every piece of the function is reached. */
  readonly reach?: number;
  readonly positive?: boolean;
}

const singles: readonly Single[] = [
  { op: 'Abs' },
  { op: 'Cast', attributes: () => ({ to: 1 }) },
  { op: 'Dropout' },
  { op: 'Erf' },
  { op: 'Exp' },
  { op: 'Gelu' },
  { op: 'Gelu', attributes: () => ({ approximate: 'tanh' }), reach: 2 },
  {
    op: 'HardSigmoid',
    attributes: (draw) => ({
      alpha: { float: draw.of(0.2, 1 / 6) },
      beta: { float: draw.of(0.5, 0.4) },
    }),
    reach: 5,
  },
  { op: 'HardSwish', reach: 5 },
  { op: 'Identity' },
  { op: 'LeakyRelu', attributes: (draw) => ({ alpha: { float: draw.of(0.01, 0.1, 0.3) } }) },
  { op: 'Log', positive: true },
  { op: 'LogSoftmax', attributes: () => ({ axis: -1 }) },
  { op: 'LogSoftmax', attributes: () => ({ axis: 1 }) },
  { op: 'Neg' },
  { op: 'Reciprocal', positive: true },
  { op: 'Relu' },
  { op: 'Sigmoid', reach: 3 },
  { op: 'Softmax', attributes: () => ({ axis: -1 }), reach: 3 },
  { op: 'Softmax', attributes: () => ({ axis: 1 }), reach: 3 },
  { op: 'Softplus', reach: 3 },
  { op: 'Sqrt', positive: true },
  { op: 'Tanh', reach: 2 },
];

describe.each(singles)('$op', ({ op, attributes, reach, positive = false }) => {
  it.each(Array.from({ length: rounds }, (_, i) => i))('in random case %i', async (round) => {
    const draw = new Draw(`${op} ${round}`);
    // A softmax over one number does nothing.
    const input = op.includes('Softmax') ? map(draw) : shape(draw);
    const given = attributes?.(draw) ?? {};
    const write: RandomCase['write'] = (g, x) => {
      const wide = reach ? g.node('Mul', [x, g.constant(reach)]) : x;
      return g.node(op, [wide], given);
    };
    // Gelu is younger than the other operators.
    await expectSampledGradients({ input, positive, write, ...(op === 'Gelu' && { opset: 20 }) });
  });
});

const pairs = ['Add', 'Sub', 'Mul', 'Div', 'Pow'];

describe.each(pairs)('%s', (op) => {
  it.each(Array.from({ length: rounds }, (_, i) => i))('broadcasts in case %i', async (round) => {
    const draw = new Draw(`${op} ${round}`);
    const input = map(draw);
    // The other operand has fewer axes, or some of length one.
    const other = input.map((dim) => draw.of(dim, 1)).slice(draw.whole(0, 2));
    const swapped = draw.of(true, false);
    await expectSampledGradients({
      input,
      positive: op === 'Div' || op === 'Pow',
      parameters: { other },
      write: (g, x) => g.node(op, swapped ? ['other', x] : [x, 'other']),
    });
  });
});

it.each([2, 3, 0.5, -1])('Pow to the constant %d', async (exponent) => {
  await expectSampledGradients({
    input: [3, 2],
    positive: true,
    write: (g, x) => g.node('Pow', [x, g.constant(exponent)]),
  });
});

describe('Clip', () => {
  it.each([
    [-0.5, 0.4],
    [0, 6],
    [-Infinity, 0.3],
    [-0.2, Infinity],
  ])('between %d and %d', async (low, high) => {
    const bounds = (limit: number) => (Number.isFinite(limit) ? float32([], [limit]) : null);
    await expectSampledGradients({
      input: [4, 3, 3],
      write: (g, x) => {
        const limits = [low, high].map((limit, i) => {
          const tensor = bounds(limit);
          return tensor ? g.initializer(`limit${i}`, tensor) : '';
        });
        return g.node('Clip', [x, ...limits]);
      },
    });
  });
});

it('PRelu learns its slopes', async () => {
  await expectSampledGradients({
    input: [3, 4, 2],
    parameters: { slope: [3, 1, 1] },
    write: (g, x) => g.node('PRelu', [x, 'slope']),
  });
});

describe.each(['ReduceSum', 'ReduceMean'])('%s', (op) => {
  it.each(Array.from({ length: rounds }, (_, i) => i))('in random case %i', async (round) => {
    const draw = new Draw(`${op} ${round}`);
    const axes = draw.of([1], [2], [3], [-1], [2, 3], [1, 2], [-2, -1], [1, 3]);
    const keepdims = draw.of(0, 1);
    await expectSampledGradients({
      input: map(draw),
      write: (g, x) => {
        const sum =
          op === 'ReduceSum'
            ? g.node(op, [x, g.constant(axes, 'int64')], { keepdims })
            : g.node(op, [x], { axes, keepdims });
        return g.node('Tanh', [sum]);
      },
    });
  });
});
