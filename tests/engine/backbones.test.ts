import { existsSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Architecture, Backbone } from '../../src-main/engine/backbones/backbone.ts';
import { catalogue, parameterCount } from '../../src-main/engine/backbones/catalogue.ts';
import { efficientnetLite0 } from '../../src-main/engine/backbones/efficientnet.ts';
import {
  mobilenetV2Keras,
  mobilenetV2Torchvision,
} from '../../src-main/engine/backbones/mobilenet.ts';
import { resnet18 } from '../../src-main/engine/backbones/resnet.ts';
import { vgg16, vgg16Conv } from '../../src-main/engine/backbones/vgg.ts';
import {
  describeWeights,
  keepWeights,
  loadBackbone,
} from '../../src-main/engine/backbones/weight-file.ts';
import type { Tensor } from '../../src-main/engine/graph/graph.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { resources } from '../../src-main/programs.ts';
import { convertMobileNetV2 } from '../../src-main/setup/weights.ts';
import { drawWeights } from '../helpers/drawn-weights.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { uniform } from '../helpers/random.ts';
import golden from './fixtures/backbones.json' with { type: 'json' };

interface Golden {
  readonly features: number;
  readonly step: number;
  /** Of each image, every `step`-th feature. */
  readonly samples: readonly (readonly number[])[];
  readonly rms: readonly number[];
}

const architectures = catalogue.flatMap((entry) => entry.architectures);

function drawImages(stream: string, count: number, low: number, high: number): Tensor {
  const dims = [count, 3, 224, 224];
  return float32(dims, uniform(stream, size(dims), low, high));
}

async function featuresOf({ graph }: Backbone, input: Tensor): Promise<Tensor> {
  const session = await onnxruntime.open(graph);
  try {
    return (await session.run({ input })).features!;
  } finally {
    await session.close();
  }
}

/** Each image's features agree to 1e-4 of their root mean square. */
function expectGolden({ dims, data }: Tensor, { features, step, samples, rms }: Golden): void {
  expect(dims).toEqual([samples.length, features]);
  for (const [image, expected] of samples.entries()) {
    const row = (data as Float32Array).subarray(image * features, (image + 1) * features);
    const square = row.reduce((sum, value) => sum + value * value, 0);
    expect(Math.sqrt(square / features) / rms[image]!).toBeCloseTo(1, 4);
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - row[i * step]!)));
    expect(worst / rms[image]!).toBeLessThan(1e-4);
  }
}

describe.each(architectures)('$name of $variant', (architecture) => {
  const key = `${architecture.name} ${architecture.variant}`;
  const expected = golden[key as keyof typeof golden];

  it('computes what PyTorch computes', async () => {
    const backbone = architecture.build(drawWeights(architecture));
    const images = drawImages(`${key}/input`, expected.samples.length, -2, 2);
    expectGolden(await featuresOf(backbone, images), expected);
    expect(backbone.features).toBe(expected.features);
  });

  it('names its blocks from the stem to the features', () => {
    const { blocks, graph } = architecture.build(zeroWeights(architecture));
    expect(blocks.map(({ name }) => name)).toEqual(architecture.blocks);
    expect(new Set(architecture.blocks).size).toBe(blocks.length);
    const values = graph.nodes.flatMap((node) => node.outputs);
    const places = blocks.map(({ output }) => values.indexOf(output));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(places.at(-1)).toBe(values.length - 1);
    expect(blocks.at(-1)!.output).toBe('features');
  });
});

/** Shapes alone matter here: zeros cost nothing. */
function zeroWeights({ parameters }: Architecture): Map<string, Tensor> {
  return new Map(
    [...parameters].map(([name, shape]) => [name, float32(shape, new Float32Array(size(shape)))]),
  );
}

it.each([
  // torchvision's and TensorFlow's published counts without the last layer.
  [resnet18, 11_689_512 - 513_000],
  [vgg16, 138_357_544 - 4_097_000],
  [vgg16Conv, 14_714_688],
  [mobilenetV2Torchvision, 3_504_872 - 1_281_000],
  [efficientnetLite0, 4_652_008 - 1_281_000],
])('counts the parameters of $name', (architecture, expected) => {
  expect(parameterCount(architecture)).toBe(expected);
});

describe('building', () => {
  const build = (change: (weights: Map<string, Tensor>) => void) => () => {
    const weights = zeroWeights(resnet18);
    change(weights);
    return resnet18.build(weights);
  };
  const zeros = (...dims: number[]) => float32(dims, new Float32Array(size(dims)));

  it('names a tensor of another shape', () => {
    const wrong = build((weights) => weights.set('layer1.0.conv1.weight', zeros(64, 32, 3, 3)));
    expect(wrong).toThrow('layer1.0.conv1.weight is 64x32x3x3, ResNet18 needs 64x64x3x3.');
  });

  it('names what is missing', () => {
    expect(build((weights) => weights.delete('bn1.bias'))).toThrow(
      'bn1.bias is missing, which ResNet18 needs.',
    );
  });

  it('names what has no place', () => {
    expect(build((weights) => weights.set('layer1.2.conv1.weight', zeros(64, 64, 3, 3)))).toThrow(
      'layer1.2.conv1.weight has no place in ResNet18.',
    );
  });

  it('leaves the classifier and the counters of batches aside', () => {
    const backbone = build((weights) => {
      weights.set('fc.weight', zeros(10, 512));
      weights.set('bn1.num_batches_tracked', zeros());
    })();
    expect(backbone.graph.initializers.has('fc.weight')).toBe(false);
    expect(backbone.graph.initializers.size).toBe(resnet18.parameters.size);
  });
});

describe('true weights', () => {
  const load = async (weights: string) => {
    const { architecture, sha256 } = await describeWeights(weights);
    return loadBackbone({ name: architecture.name, weights, sha256 });
  };

  it('MobileNetV2 computes what Keras describes', async () => {
    const path = join(await temporaryFolder(), 'mobilenet_v2.safetensors');
    await convertMobileNetV2(path);
    const backbone = await load(path);
    expect(backbone.preprocessing).toEqual({ size: 224, mean: [0, 0, 0], std: [1, 1, 1] });
    const features = await featuresOf(backbone, drawImages('true weights/input', 2, 0, 1));
    expectGolden(features, golden['mobilenet_v2 true weights']);
  });

  const lite0 = join(resources, 'backbones', 'efficientnet_lite0.safetensors');
  // Its weights come by network, which is not everywhere.
  it.skipIf(!existsSync(lite0))('EfficientNet-Lite0 computes what PyTorch computes', async () => {
    const features = await featuresOf(
      await load(lite0),
      drawImages('true weights/input', 2, -1, 1),
    );
    expectGolden(features, golden['efficientnet_lite0 true weights']);
  });

  it('refuses weights that changed since they were added', async () => {
    const damaged = join(await temporaryFolder(), 'damaged.safetensors');
    await keepWeights(damaged, mobilenetV2Keras, zeroWeights(mobilenetV2Keras));
    const { sha256 } = await describeWeights(damaged);
    const file = await open(damaged, 'r+');
    await file.write(Buffer.from([1]), 0, 1, (await stat(damaged)).size - 1);
    await file.close();
    await expect(loadBackbone({ name: 'mobilenet_v2', weights: damaged, sha256 })).rejects.toThrow(
      /damaged.safetensors have changed since they were added/,
    );
  });
});
