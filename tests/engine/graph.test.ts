/** Graphs: building, reading and writing ONNX, shapes, cutting, and the head. */
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { cut } from '../../src-main/engine/graph/cut.ts';
import type { Attribute, Graph } from '../../src-main/engine/graph/graph.ts';
import { appendHead, appendSoftmax } from '../../src-main/engine/graph/head.ts';
import { decodeModel } from '../../src-main/engine/graph/onnx.ts';
import { encodeModel } from '../../src-main/engine/graph/onnx-encode.ts';
import { ModelProto } from '../../src-main/engine/graph/onnx-schema.ts';
import { inferShapes } from '../../src-main/engine/graph/shapes.ts';
import { float32, int64, tensor } from '../../src-main/engine/graph/tensor.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { uniform } from '../helpers/random.ts';
import { opened } from '../helpers/trainer.ts';

/** Two convolutions, the second beside a shortcut, and the mean of each map. */
function small(): Graph {
  const g = new GraphBuilder('small');
  const pads = [1, 1, 1, 1];
  const kernel = (name: string, inside: number) =>
    g.initializer(name, float32([4, inside, 3, 3], uniform(name, 36 * inside)));
  let x = g.input('input', ['batch', 3, 6, 6]);
  x = g.node('Conv', [x, kernel('first', 3)], { pads }, { output: 'stem' });
  const y = g.node('Conv', [x, kernel('second', 4)], { pads }, { output: 'inner' });
  x = g.node('Add', [y, x], {}, { output: 'block' });
  x = g.node('GlobalAveragePool', [x]);
  x = g.node('Flatten', [x], { axis: 1 }, { output: 'features' });
  g.output(x, ['batch', 4]);
  g.metadata('made by', 'the tests — “ü”');
  return g.build();
}

const image = () => float32([2, 3, 6, 6], uniform('image', 216));

describe('GraphBuilder', () => {
  it('gives every value a name of its own and every constant once', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', ['batch', 2]);
    const names = [g.node('Relu', [x]), g.node('Relu', [x]), ...g.nodes('Split', [x], 2)];
    expect(new Set(names).size).toBe(4);
    expect(g.constant([1, 2], 'int64')).toBe(g.constant([1, 2], 'int64'));
    expect(g.constant([1, 2])).not.toBe(g.constant([1, 2], 'int64'));
    expect(g.constant(1)).not.toBe(g.constant([1]));
  });

  it('refuses a name that is taken, and a value that no one has made', () => {
    const g = new GraphBuilder('g');
    g.input('x', [1]);
    expect(() => g.initializer('x', float32([1], [0]))).toThrow('"x" already');
    expect(() => g.node('Relu', ['y'])).toThrow('reads "y", which no one has made yet');
    expect(() => g.output('y', [1])).toThrow('no value "y" to give');
  });

  it('goes on where a graph ends', () => {
    const graph = small();
    expect(GraphBuilder.from(graph).build()).toEqual(graph);
  });
});

describe('ONNX', () => {
  it('comes back as it was written, and the runtime agrees', async () => {
    const graph = small();
    const model = encodeModel(graph);
    expect(decodeModel(model)).toEqual(graph);
    const session = await opened(decodeModel(model));
    expect(session.inputs).toEqual(graph.inputs);
    expect(session.outputs).toEqual(graph.outputs);
    const { features } = await session.run({ input: image() });
    expect(features!.dims).toEqual([2, 4]);
  });

  it('keeps every kind of attribute and tensor', () => {
    const attributes: Record<string, Attribute> = {
      int: -3,
      largest: 2 ** 63,
      half: 0.5,
      whole: { float: 2 },
      ints: [1, -2],
      none: [],
      floats: { float: [1, 2.5] },
      text: 'naïve',
      texts: ['a', 'b'],
      tensor: float32([1, 2], [3, 4]),
    };
    const g = new GraphBuilder('kinds');
    const tensors = [
      float32([], [1.5]),
      int64([2], [-1, 2 ** 40]),
      tensor('float64', [1], Float64Array.of(Math.PI)),
      tensor('int32', [2], Int32Array.of(-7, 7)),
      tensor('int8', [3], Int8Array.of(-1, 0, 1)),
      tensor('uint8', [1], Uint8Array.of(255)),
      tensor('bool', [2], Uint8Array.of(0, 1)),
      tensor('float16', [2], Uint16Array.of(0x3c00, 0xbc00)),
      float32([0], []),
    ];
    for (const [i, each] of tensors.entries()) g.initializer(`t${i}`, each);
    g.output(g.node('Op', ['', 't0'], attributes), ['batch', 'a', 3], 'int64');
    const back = decodeModel(encodeModel(g.build()));
    expect([...back.initializers.values()]).toEqual(tensors);
    expect(back.nodes[0]!.inputs).toEqual(['', 't0']);
    expect(back.outputs[0]!.dims).toEqual(['batch', 'a', 3]);
    // A fraction needs no mark; it comes back with one.
    expect(back.nodes[0]!.attributes).toEqual({ ...attributes, half: { float: 0.5 } });
  });

  it('keeps bytes whatever their place in the file', () => {
    for (let shift = 0; shift < 8; shift++) {
      const g = new GraphBuilder('x'.repeat(shift + 1));
      g.initializer('w', tensor('float64', [2], Float64Array.of(1, 2)));
      expect(decodeModel(encodeModel(g.build())).initializers.get('w')!.data).toEqual(
        Float64Array.of(1, 2),
      );
    }
  });

  const handmade = (graph: object, more: object = {}) =>
    ModelProto.encode({
      irVersion: 3,
      opsetImport: [{ version: 9 }],
      graph: { name: 'old', node: [{ opType: 'Relu', input: ['x'], output: ['y'] }], ...graph },
      ...more,
    }).finish();
  const value = (name: string) => ({ name, type: { tensorType: { elemType: 1 } } });

  it('reads numbers in lists, Constant nodes, and weights among the inputs', () => {
    const graph = decodeModel(
      handmade({
        initializer: [
          { name: 'f', dims: [2], dataType: 1, floatData: [1.5, 2] },
          { name: 'l', dims: [1], dataType: 7, int64Data: [{ low: 5, high: -1 }] },
          { name: 'h', dims: [1], dataType: 10, int32Data: [0x3c00] },
          { name: 'd', dims: [1], dataType: 11, doubleData: [0.1] },
          { name: 's', dataType: 1, floatData: [3] },
        ],
        node: [
          {
            opType: 'Constant',
            output: ['c'],
            attribute: [{ name: 'value_ints', type: 7, ints: [1, 2] }],
          },
          {
            opType: 'Constant',
            output: ['t'],
            attribute: [{ name: 'value', type: 4, t: { dims: [1], dataType: 1, floatData: [9] } }],
          },
        ],
        input: [value('f'), value('x')],
      }),
    );
    expect(graph.opset).toBe(9);
    expect(graph.inputs.map((input) => input.name)).toEqual(['x']);
    expect(graph.nodes).toEqual([]);
    expect(Object.fromEntries(graph.initializers)).toEqual({
      f: float32([2], [1.5, 2]),
      l: int64([1], [-(2 ** 32) + 5]),
      h: tensor('float16', [1], Uint16Array.of(0x3c00)),
      d: tensor('float64', [1], Float64Array.of(0.1)),
      s: float32([], [3]),
      c: int64([2], [1, 2]),
      t: float32([1], [9]),
    });
  });

  it('reads a file of weights once, however many tensors lie in it', () => {
    const tensor = (name: string, offset: string) => ({
      name,
      dims: [1],
      dataType: 1,
      dataLocation: 1,
      externalData: [
        { key: 'location', value: 'weights.bin' },
        { key: 'offset', value: offset },
        { key: 'length', value: '4' },
      ],
    });
    const asked: string[] = [];
    const { initializers } = decodeModel(
      handmade({ initializer: [tensor('a', '0'), tensor('b', '4')] }),
      (location) => {
        asked.push(location);
        return new Uint8Array(Float32Array.of(3, 5).buffer);
      },
    );
    expect(asked).toEqual(['weights.bin']);
    expect([...initializers.values()].map(({ data }) => data[0])).toEqual([3, 5]);
  });

  it.each([
    ['no model', new TextEncoder().encode('hello, this is no model'), 'not an ONNX model'],
    ['an empty file', new Uint8Array(), 'not an ONNX model'],
    ['half a model', encodeModel(small()).subarray(0, 700), 'not an ONNX model'],
    [
      'weights in another file',
      handmade({
        initializer: [
          {
            name: 'w',
            dims: [1],
            dataType: 1,
            dataLocation: 1,
            externalData: [{ key: 'location', value: 'weights.bin' }],
          },
        ],
      }),
      'The model\'s weights lie outside of it, in "weights.bin"',
    ],
    [
      'too few bytes',
      handmade({
        initializer: [{ name: 'w', dims: [2], dataType: 1, rawData: new Uint8Array(7) }],
      }),
      '"w" has 7 bytes',
    ],
    [
      'too few numbers',
      handmade({ initializer: [{ name: 'w', dims: [2], dataType: 1, floatData: [1] }] }),
      '"w" has 1 values, not the 2',
    ],
    [
      'strings',
      handmade({ initializer: [{ name: 'w', dims: [1], dataType: 8 }] }),
      '"w" has elements of ONNX type 8',
    ],
    [
      'an operator of someone else',
      handmade({ node: [{ opType: 'Thing', domain: 'acme', output: ['y'] }] }),
      'The node "y" is a acme.Thing',
    ],
    [
      'a graph inside a node',
      handmade({
        node: [{ opType: 'If', output: ['y'], attribute: [{ name: 'then_branch', type: 5 }] }],
      }),
      'The attribute "then_branch" of the node "y"',
    ],
    ['functions', handmade({}, { functions: [new Uint8Array(1)] }), 'functions of its own'],
  ])('refuses %s in words', (_, model, message) => {
    expect(() => decodeModel(model)).toThrow(message);
  });

  it('says what the runtime cannot open', async () => {
    const g = new GraphBuilder('g');
    g.output(g.node('NoSuchOperator', [g.input('x', [1])]), [1]);
    await expect(onnxruntime.open(g.build())).rejects.toThrow(
      /^ONNX Runtime cannot open this network: .*NoSuchOperator/s,
    );
  });
});

describe('a session', () => {
  it('computes what is asked for, into the arrays that are given', async () => {
    const session = await opened(small());
    const into = float32([2, 4], new Float32Array(8));
    const { features } = await session.run({ input: image() }, ['features'], { features: into });
    expect(features).toBe(into);
    expect(into.data).toEqual((await session.run({ input: image() })).features!.data);
    expect(into.data).not.toContain(0);
  });

  it('names an input that is missing', async () => {
    const session = await opened(small());
    await expect(session.run({})).rejects.toThrow('the input "input" is missing');
  });
});

describe('shapes', () => {
  it('are what the runtime computes, the batch being free', async () => {
    const graph = small();
    const shapes = inferShapes(graph);
    const values = graph.nodes.map((node) => node.outputs[0]!);
    const all = values.map((name) => ({ name, type: 'float32', dims: shapes.get(name)! }) as const);
    const session = await opened({ ...graph, outputs: all });
    const results = await session.run({ input: image() });
    for (const name of values) {
      expect(results[name]!.dims, name).toEqual(
        shapes.get(name)!.map((dim) => (dim === 'batch' ? 2 : dim)),
      );
    }
  });

  const shapeOf = (op: string, dims: (number | string)[], attributes = {}, second?: number[]) => {
    const g = new GraphBuilder('g');
    const x = g.input('x', dims);
    const y = g.node(op, second ? [x, g.constant(second, 'int64')] : [x], attributes);
    g.output(y, []);
    return inferShapes(g.build()).get(y);
  };

  it.each([
    ['MaxPool', { kernel_shape: [3, 3], strides: [2, 2] }, ['n', 2, 3, 3]],
    ['MaxPool', { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }, ['n', 2, 4, 4]],
    ['AveragePool', { kernel_shape: [2, 2], auto_pad: 'SAME_UPPER' }, ['n', 2, 8, 8]],
    ['AveragePool', { kernel_shape: [2, 2], auto_pad: 'VALID', strides: [3, 3] }, ['n', 2, 3, 3]],
    ['Transpose', { perm: [0, 2, 3, 1] }, ['n', 8, 8, 2]],
    ['Flatten', { axis: 1 }, ['n', 128]],
    ['Flatten', { axis: -1 }, ['16*n', 8]],
    ['Flatten', { axis: 0 }, [1, '128*n']],
  ])('of %s with %o', (op, attributes, expected) => {
    expect(shapeOf(op, ['n', 2, 8, 8], attributes)).toEqual(expected);
  });

  it.each([
    [
      [0, -1],
      ['n', 128],
    ],
    [
      [-1, 128],
      ['n', 128],
    ],
    [
      [0, 2, -1],
      ['n', 2, 64],
    ],
    [
      [-1, 4, 32],
      ['n', 4, 32],
    ],
  ])('of Reshape to %o', (target, expected) => {
    expect(shapeOf('Reshape', ['n', 2, 8, 8], {}, target)).toEqual(expected);
  });

  it('refuses what does not fit, naming the node', () => {
    expect(() => shapeOf('Reshape', ['n', 2, 8, 8], {}, [-1, 100])).toThrow(
      'Reshape "reshape" cannot give nx2x8x8 the shape -1x100.',
    );
    expect(() => shapeOf('MaxPool', ['n', 2, 2, 2], { kernel_shape: [3, 3] })).toThrow(
      'needs a map of at least 3 pixels a side and gets one of 2',
    );
    expect(() => shapeOf('Conv3000', ['n', 2])).toThrow('is an operator that Graft does not know');
  });
});

describe('cut', () => {
  const numbers = async (graph: Graph, x: Parameters<typeof float32>[1], dims: number[]) => {
    const session = await opened(graph);
    const results = await session.run({ [graph.inputs[0]!.name]: float32(dims, x) });
    return results[graph.outputs[0]!.name]!;
  };

  it.each(['stem', 'block', 'input', 'features'])(
    'at "%s" gives two halves of the same',
    async (value) => {
      const graph = small();
      const { trunk, tail } = cut(graph, value);
      const [border] = trunk.outputs;
      expect(tail.inputs).toEqual([border]);
      expect(border!.name).toBe(value);
      expect(border!.dims[0]).toBe('batch');
      const whole = await numbers(graph, image().data as Float32Array, [2, 3, 6, 6]);
      const middle = await numbers(trunk, image().data as Float32Array, [2, 3, 6, 6]);
      const end = await numbers(tail, middle.data as Float32Array, [...middle.dims]);
      for (const [i, each] of (whole.data as Float32Array).entries()) {
        expect(end.data[i]).toBeCloseTo(each, 5);
      }
    },
  );

  it('puts every weight where it is used', () => {
    const { trunk, tail } = cut(small(), 'stem');
    expect([...trunk.initializers.keys()]).toEqual(['first']);
    expect([...tail.initializers.keys()]).toEqual(['second']);
  });

  it('refuses a value that another path goes around, and one that is not there', () => {
    expect(() => cut(small(), 'inner')).toThrow(
      'cannot be cut at "inner": another path leads past it from "input" to the output.',
    );
    expect(() => cut(small(), 'nowhere')).toThrow('has no value "nowhere" to cut at');
  });
});

describe('the head', () => {
  const weight = float32([3, 4], uniform('weight', 12));
  const bias = float32([3], [1, 2, 3]);

  it('gives logits, and Softmax their probabilities', async () => {
    const network = appendSoftmax(appendHead(small(), weight, bias));
    expect(network.outputs).toEqual([
      { name: 'probabilities', type: 'float32', dims: ['batch', 3] },
    ]);
    const both = { ...network, outputs: [...small().outputs, ...network.outputs] };
    const results = await (await opened(both)).run({ input: image() });
    const features = results.features!.data as Float32Array;
    const scores = [0, 1, 2].map((k) =>
      Math.exp(
        (bias.data[k] as number) +
          [0, 1, 2, 3].reduce(
            (sum, f) => sum + features[f]! * (weight.data[4 * k + f] as number),
            0,
          ),
      ),
    );
    const total = scores.reduce((a, b) => a + b, 0);
    for (const [k, score] of scores.entries()) {
      expect(results.probabilities!.data[k]).toBeCloseTo(score / total, 5);
    }
  });

  it('refuses features of another width, and maps', () => {
    expect(() => appendHead(small(), float32([1, 2], [0, 0]), float32([1], [0]))).toThrow(
      'a head of 1x2 does not fit batchx4 features',
    );
    expect(() => appendHead(cut(small(), 'stem').trunk, weight, bias)).toThrow(
      'does not end in one vector of features',
    );
    expect(() => appendSoftmax(small())).toThrow('gives no "logits"');
  });
});
