import { describe, expect, it } from 'vitest';
import type { Architecture } from '../../src-main/engine/backbones/backbone.ts';
import { catalogue } from '../../src-main/engine/backbones/catalogue.ts';
import { efficientnetLite0 } from '../../src-main/engine/backbones/efficientnet.ts';
import { cut } from '../../src-main/engine/graph/cut.ts';
import type { Graph, Tensor } from '../../src-main/engine/graph/graph.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { uniform } from '../helpers/random.ts';

const architectures = catalogue.flatMap((entry) => entry.architectures);

function build(architecture: Architecture, values: (name: string, count: number) => Float32Array) {
  const weights = new Map<string, Tensor>();
  for (const [name, dims] of architecture.parameters) {
    weights.set(name, float32(dims, values(name, size(dims))));
  }
  return architecture.build(weights);
}

describe.each(architectures)('$name of $variant', (architecture) => {
  it('can be cut after every block, and loses no parameter', () => {
    const { blocks, graph } = build(architecture, (_, count) => new Float32Array(count));
    // After the last block there is nothing left to cut off.
    for (const { output } of blocks.slice(0, -1)) {
      const { trunk, tail } = cut(graph, output);
      expect(trunk.nodes.length + tail.nodes.length).toBe(graph.nodes.length);
      const parts = new Set([...trunk.initializers.keys(), ...tail.initializers.keys()]);
      expect(parts).toEqual(new Set(graph.initializers.keys()));
    }
  });
});

async function run(graph: Graph, feed: Tensor): Promise<Tensor> {
  const session = await onnxruntime.open(graph);
  try {
    return (await session.run({ [graph.inputs[0]!.name]: feed }))[graph.outputs[0]!.name]!;
  } finally {
    await session.close();
  }
}

it('trunk and tail together compute what the whole does', async () => {
  const { graph, blocks } = build(efficientnetLite0, (name, count) => {
    const scale = name.endsWith('.running_var') || /_bn\d\.weight$/.test(name);
    return scale ? uniform(name, count, 0.5, 1.5) : uniform(name, count, -0.2, 0.2);
  });
  const { trunk, tail } = cut(graph, blocks.at(-4)!.output);
  const image = float32([1, 3, 224, 224], uniform('image', 3 * 224 * 224));
  const whole = (await run(graph, image)).data as Float32Array;
  const parts = (await run(tail, await run(trunk, image))).data as Float32Array;
  const worst = Math.max(...whole.map((value, i) => Math.abs(value - parts[i]!)));
  expect(Math.max(...whole)).toBeGreaterThan(0.1);
  expect(worst).toBeLessThan(1e-4);
});
