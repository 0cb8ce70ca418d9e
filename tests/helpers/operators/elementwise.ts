/** Operators on one number at a time, on two, and sums, over random shapes. */
import type { Attribute } from '../../../src-main/engine/graph/graph.ts';
import { float32 } from '../../../src-main/engine/graph/tensor.ts';
import type { Draw, Property } from '../sampled-gradients.ts';

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

const ofSingle =
  ({ op, attributes, reach, positive = false }: Single): Property =>
  (draw) => {
    // A softmax over one number does nothing.
    const input = op.includes('Softmax') ? map(draw) : shape(draw);
    const given = attributes?.(draw) ?? {};
    return {
      input,
      positive,
      write: (g, x) => g.node(op, [reach ? g.node('Mul', [x, g.constant(reach)]) : x], given),
      // Gelu is younger than the other operators.
      ...(op === 'Gelu' && { opset: 20 }),
    };
  };

const ofPair =
  (op: string): Property =>
  (draw) => {
    const input = map(draw);
    // The other operand has fewer axes, or some of length one.
    const other = input.map((dim) => draw.of(dim, 1)).slice(draw.whole(0, 2));
    const swapped = draw.of(true, false);
    return {
      input,
      positive: op === 'Div' || op === 'Pow',
      parameters: { other },
      write: (g, x) => g.node(op, swapped ? ['other', x] : [x, 'other']),
    };
  };

const ofPower =
  (exponent: number): Property =>
  () => ({
    input: [3, 2],
    positive: true,
    write: (g, x) => g.node('Pow', [x, g.constant(exponent)]),
  });

const ofBounds =
  (low: number, high: number): Property =>
  () => ({
    input: [4, 3, 3],
    write: (g, x) => {
      const limits = [low, high].map((limit, i) =>
        Number.isFinite(limit) ? g.initializer(`limit${i}`, float32([], [limit])) : '',
      );
      return g.node('Clip', [x, ...limits]);
    },
  });

const ofSum =
  (op: string): Property =>
  (draw) => {
    const axes = draw.of([1], [2], [3], [-1], [2, 3], [1, 2], [-2, -1], [1, 3]);
    const keepdims = draw.of(0, 1);
    return {
      input: map(draw),
      write: (g, x) => {
        const sum =
          op === 'ReduceSum'
            ? g.node(op, [x, g.constant(axes, 'int64')], { keepdims })
            : g.node(op, [x], { axes, keepdims });
        return g.node('Tanh', [sum]);
      },
    };
  };

const named = <T>(
  items: readonly T[],
  name: (item: T, at: number) => string,
  of: (item: T) => Property,
) => items.map((item, at) => [name(item, at), of(item)] as const);

export const elementwise: Readonly<Record<string, Property>> = Object.fromEntries([
  ...named(singles, ({ op }, at) => `${op} (${at})`, ofSingle),
  ...named(['Add', 'Sub', 'Mul', 'Div', 'Pow'], (op) => `${op}, broadcast`, ofPair),
  ...named([2, 3, 0.5, -1], (exponent) => `Pow to the constant ${exponent}`, ofPower),
  ...named(
    [
      [-0.5, 0.4],
      [0, 6],
      [-Infinity, 0.3],
      [-0.2, Infinity],
    ] as const,
    ([low, high]) => `Clip between ${low} and ${high}`,
    ([low, high]) => ofBounds(low, high),
  ),
  [
    'PRelu, which learns its slopes',
    () => ({
      input: [3, 4, 2],
      parameters: { slope: [3, 1, 1] },
      write: (g, x) => g.node('PRelu', [x, 'slope']),
    }),
  ] satisfies [string, Property],
  ...named(['ReduceSum', 'ReduceMean'], (op) => op, ofSum),
]);
