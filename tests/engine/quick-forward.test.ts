/** A frozen network by way of Winograd's tiles gives what it gives as it is. */
import { describe, expect, it } from 'vitest';
import { quickForward } from '../../src-main/engine/autodiff/quick-forward.ts';
import { resnet18 } from '../../src-main/engine/backbones/resnet.ts';
import { vgg16Conv } from '../../src-main/engine/backbones/vgg.ts';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { upTo } from '../../src-main/engine/graph/cut.ts';
import type { Graph, Tensor } from '../../src-main/engine/graph/graph.ts';
import { inferShapes } from '../../src-main/engine/graph/shapes.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { drawWeights } from '../helpers/drawn-weights.ts';
import { uniform } from '../helpers/random.ts';
import { opened } from '../helpers/trainer.ts';

const batch = 2;
const many = 10_000;
const drawn = (name: string, dims: readonly number[]): Tensor =>
  float32(dims, uniform(name, size(dims), -1, 1));

/** The outputs in their order. */
async function outputsOf(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<Tensor[]> {
  const results = await (await opened(graph)).run(feeds);
  return graph.outputs.map(({ name }) => results[name]!);
}

const convolutions = ({ nodes }: Graph) => nodes.filter(({ op }) => op === 'Conv').length;

async function expectSame(graph: Graph, quick: Graph, side: number): Promise<void> {
  const feeds = { [graph.inputs[0]!.name]: drawn('pictures', [batch, 3, side, side]) };
  const [plain, turned] = [await outputsOf(graph, feeds), await outputsOf(quick, feeds)];
  expect(turned.map(({ dims }) => dims)).toEqual(plain.map(({ dims }) => dims));
  for (const [i, { data }] of plain.entries()) {
    let [most, apart] = [0, 0];
    for (const [at, value] of (data as Float32Array).entries()) {
      most = Math.max(most, Math.abs(value));
      apart = Math.max(apart, Math.abs(value - Number(turned[i]!.data[at])));
    }
    expect(most).toBeGreaterThan(0);
    expect(apart / most).toBeLessThan(1e-5);
  }
}

const resized = (graph: Graph, side: number): Graph => ({
  ...graph,
  inputs: graph.inputs.map((input) => ({ ...input, dims: ['batch', 3, side, side] })),
});

describe('a network for many pictures', () => {
  it.each([
    // Convolutions that are left: the stem, those with strides, of one pixel or of few channels.
    ['resnet18', resnet18, 100, 11],
    ['vgg16_conv', vgg16Conv, 72, 3],
  ] as const)('gives the same features: %s', async (_, architecture, side, left) => {
    const graph = resized(architecture.build(drawWeights(architecture)).graph, side);
    const quick = quickForward(graph, many);
    expect(convolutions(quick)).toBe(left);
    await expectSame(graph, quick, side);
  });

  it('gives the same maps where it is cut, at several places', async () => {
    const graph = resized(resnet18.build(drawWeights(resnet18)).graph, 100);
    const shapes = inferShapes(graph);
    const outputs = ['layer2.1.conv1', 'layer2.1.relu2', 'layer3.0.add'].map(
      (name) => ({ name, type: 'float32', dims: shapes.get(name)! }) as const,
    );
    const trunk = upTo(graph, outputs);
    const quick = quickForward(trunk, many);
    expect(convolutions(quick)).toBeLessThan(convolutions(trunk));
    await expectSame(trunk, quick, 100);
  });

  it('has only those convolutions computed otherwise whose pictures make up for it', () => {
    const { graph } = resnet18.build(drawWeights(resnet18));
    const left = [1, 40, 100, 1000].map((pictures) => convolutions(quickForward(graph, pictures)));
    expect(left).toEqual([20, 17, 14, 11]);
  });

  it('is left as it is where nothing would be quicker, or an operator is not known', async () => {
    const g = new GraphBuilder('narrow');
    const x = g.input('x', ['batch', 3, 16, 16]);
    const weight = g.initializer('w', drawn('w', [64, 3, 3, 3]));
    g.output(g.node('Conv', [x, weight], { pads: [1, 1, 1, 1] }), []);
    const narrow = g.build();
    expect(quickForward(narrow, many)).toBe(narrow);
    const { graph } = vgg16Conv.build(drawWeights(vgg16Conv));
    const unknown = GraphBuilder.from(graph);
    unknown.output(unknown.node('Unheard', [graph.outputs[0]!.name]), []);
    const strange = unknown.build();
    expect(quickForward(strange, many)).toBe(strange);
  });
});
