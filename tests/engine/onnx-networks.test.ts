/** Classifiers from ONNX files: what is taken over, and what is refused. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeOver } from '../../src-main/engine/backbones/onnx/take-over.ts';
import { describeWeights, loadBackbone } from '../../src-main/engine/backbones/weight-file.ts';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { cut } from '../../src-main/engine/graph/cut.ts';
import type { Graph } from '../../src-main/engine/graph/graph.ts';
import { decodeModel } from '../../src-main/engine/graph/onnx.ts';
import { encodeModel } from '../../src-main/engine/graph/onnx-encode.ts';
import { inferShapes } from '../../src-main/engine/graph/shapes.ts';
import { takeNetwork } from '../../src-main/engine/jobs/take-network.ts';
import { train } from '../../src-main/engine/jobs/train.ts';
import { parametersOf } from '../../src-main/engine/recipes/parameters.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { drawn } from '../helpers/gradients.ts';
import { shapesJob } from '../helpers/shapes-job.ts';

const context = { signal: new AbortController().signal, report: () => {} };

interface Options {
  readonly nhwc?: boolean;
  readonly batch?: number | string;
  readonly size?: number | string;
  readonly normalise?: boolean;
  readonly odd?: boolean;
  readonly opset?: number;
}

/** Two residual blocks, written as exporters do: shape arithmetic, a normalisation, a head with softmax. */
function classifier(options: Options = {}): Graph {
  const { nhwc, batch = 'N', size = 16, normalise, odd, opset = 17 } = options;
  const g = new GraphBuilder('classifier', { opset });
  const weight = (name: string, dims: number[]) => g.initializer(name, drawn(name, dims));
  const map = nhwc ? [size, size, 3] : [3, size, size];
  let x = g.input('pixel_values', [batch, ...map]);
  if (normalise) {
    const dims = nhwc ? [3] : [1, 3, 1, 1];
    const constant = (name: string, values: number[]) =>
      g.initializer(name, { type: 'float32', dims, data: Float32Array.from(values) });
    x = g.node('Sub', [x, constant('mean', [120, 110, 100])]);
    x = g.node('Div', [x, constant('std', [60, 50, 40])]);
  }
  if (nhwc) x = g.node('Transpose', [x], { perm: [0, 3, 1, 2] });
  const conv = (from: string, name: string, dims: number[]) =>
    g.node(
      'Conv',
      [from, weight(`${name}.weight`, dims)],
      { pads: [1, 1, 1, 1] },
      { name: `/${name.replaceAll('.', '/')}/Conv` },
    );
  x = g.node('Relu', [conv(x, 'stem', [4, 3, 3, 3])], {}, { name: '/stem/Relu' });
  for (const block of ['a', 'b']) {
    let y = conv(x, `${block}.first`, [4, 4, 3, 3]);
    y = g.node(odd && block === 'a' ? 'Selu' : 'Relu', [y], {}, { name: `/${block}/act/Relu` });
    y = conv(y, `${block}.second`, [4, 4, 3, 3]);
    x = g.node('Add', [x, y], {}, { name: `/${block}/Add` });
  }
  x = g.node('GlobalAveragePool', [x]);
  const count = g.node('Gather', [g.node('Shape', [x]), g.constant(0, 'int64')]);
  const rows = g.node('Unsqueeze', [count, g.constant([0], 'int64')]);
  const shape = g.node('Concat', [rows, g.constant([4], 'int64')], { axis: 0 });
  const flat = g.node('Reshape', [x, batch === 1 ? g.constant([1, 4], 'int64') : shape]);
  const scores = g.node('Gemm', [flat, weight('fc', [5, 4])], { transB: 1 });
  g.output(g.node('Softmax', [scores], { axis: 1 }), [batch, 5]);
  return g.build();
}

const take = (graph: Graph, asked = {}) =>
  takeOver(decodeModel(encodeModel(graph)), 'net.onnx', onnxruntime, asked);

describe('a classifier from an ONNX file', () => {
  it('loses its head, and is cut where all paths meet', async () => {
    const { graph, blocks, inputSize, normalisation } = await take(classifier());
    expect(graph.outputs).toEqual([{ name: 'features', type: 'float32', dims: ['batch', 4] }]);
    expect(graph.inputs[0]!.dims).toEqual(['batch', 3, 16, 16]);
    expect(blocks.map(({ name }) => name)).toEqual(['stem', 'a', 'b']);
    expect(blocks.at(-1)!.output).toBe('features');
    expect([inputSize, normalisation]).toEqual([16, null]);
    expect(graph.nodes.map(({ op }) => op)).not.toContain('Shape');
    expect(parametersOf(graph).map(({ name }) => name)).not.toContain('fc');
    for (const { output } of blocks) expect(() => cut(graph, output)).not.toThrow();
  });

  it.each([{ batch: 1 }, { nhwc: true }, { opset: 13 }, { nhwc: true, batch: 1, normalise: true }])(
    'takes one with %o',
    async (options: Options) => {
      const { graph, layout } = await take(classifier(options));
      expect(layout).toBe(options.nhwc ? 'NHWC' : 'NCHW');
      expect(graph.inputs[0]!.dims).toEqual(['batch', 3, 16, 16]);
      const session = await onnxruntime.open(graph);
      const { features } = await session.run({ input: drawn('pictures', [3, 3, 16, 16]) });
      await session.close();
      expect(features!.dims).toEqual([3, 4]);
    },
  );

  it.each([false, true])('reads the normalisation that it begins with (NHWC: %s)', async (nhwc) => {
    const { normalisation, graph } = await take(classifier({ nhwc, normalise: true }));
    const near = (values: number[]) => values.map((value) => expect.closeTo(value / 255, 5));
    expect(normalisation).toEqual({ mean: near([120, 110, 100]), std: near([60, 50, 40]) });
    expect(graph.nodes.map(({ op }) => op)).not.toContain('Div');
  });

  it('takes the size that is asked for where it leaves it open, and no other where not', async () => {
    const { graph } = await take(classifier({ size: 'side' }), { inputSize: 24 });
    expect(graph.inputs[0]!.dims).toEqual(['batch', 3, 24, 24]);
    await expect(take(classifier(), { inputSize: 24 })).rejects.toThrow(
      'net.onnx takes pictures of 16 x 16 pixels and no others.',
    );
  });

  it('names the operator that stops the training, and knows the cut above it', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'odd.onnx');
    await writeFile(file, encodeModel(classifier({ odd: true })));
    const keep = { folder, name: 'odd' };
    const result = await takeNetwork({ kind: 'network', file, keep }, context);
    expect(result).toMatchObject({ inputSize: 16, normalisation: null });
    const path = join(folder, 'odd.safetensors');
    const { architecture, sha256 } = await describeWeights(path);
    expect(architecture.obstacle!(0)).toContain('Selu');
    expect(architecture.obstacle!(1)).toContain('Selu');
    expect(architecture.obstacle!(2)).toBeNull();
    const backbone = await loadBackbone({ name: 'odd', weights: path, sha256 });
    expect(backbone.features).toBe(4);
    expect(backbone.preprocessing.mean[0]).toBe(0.485);
  });

  it('finds the shapes of what it has no rule for, and trains above it', async () => {
    const given = classifier({ batch: 1 });
    const g = new GraphBuilder('unruled');
    for (const { name, dims } of given.inputs) g.input(name, dims);
    for (const [name, tensor] of given.initializers) g.initializer(name, tensor);
    for (const node of given.nodes) {
      if (node.name !== '/stem/Relu') {
        g.add(node);
        continue;
      }
      const normal = g.node('LRN', [node.inputs[0]!], { size: 3 }, { name: '/stem/norm/LRN' });
      g.add({ ...node, inputs: [normal] });
    }
    for (const { name, dims } of given.outputs) g.output(name, dims);
    const folder = await temporaryFolder();
    const file = join(folder, 'unruled.onnx');
    await writeFile(file, encodeModel(g.build()));
    await takeNetwork({ kind: 'network', file, keep: { folder, name: 'unruled' } }, context);
    const path = join(folder, 'unruled.safetensors');
    const { architecture, sha256 } = await describeWeights(path);
    expect(architecture.blockShapes).toEqual([[4, 16, 16], [4, 16, 16], [4]]);
    expect(architecture.obstacle!(0)).toContain('LRN');
    expect(architecture.obstacle!(1)).toBeNull();
    const job = { ...(await shapesJob(folder, 5, 'fine-tune-top', { epochs: 1, blocks: 2 })) };
    const backbone = { name: 'unruled', weights: path, sha256 };
    const { predictions } = await train({ ...job, backbone }, context);
    expect(predictions).toHaveLength(3);
    const exported = decodeModel(await readFile(join(job.runFolder, 'model.onnx')));
    expect(() => inferShapes(exported)).not.toThrow();
  });

  it('says what is wrong with a file that it cannot use', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'bad.onnx');
    await writeFile(file, 'no model');
    const job = { kind: 'network', file } as const;
    await expect(takeNetwork(job, context)).rejects.toThrow('not an ONNX model, or it is damaged');
    await expect(take({ ...classifier(), opset: 9 })).rejects.toThrow('opset 9');
    const g = new GraphBuilder('text');
    g.output(g.node('Relu', [g.input('ids', ['batch', 12])]), ['batch', 12]);
    await expect(take(g.build())).rejects.toThrow('net.onnx is no image classifier');
  });
});
