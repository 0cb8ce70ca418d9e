/** Classifiers as Keras and Hugging Face export them, taken over from their files with what lies beside them. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { takeOver } from '../../src-main/engine/backbones/onnx/take-over.ts';
import { describeWeights } from '../../src-main/engine/backbones/weight-file.ts';
import type { Graph } from '../../src-main/engine/graph/graph.ts';
import { decodeModel } from '../../src-main/engine/graph/onnx.ts';
import { float32 } from '../../src-main/engine/graph/tensor.ts';
import { takeNetwork } from '../../src-main/engine/jobs/take-network.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { uniform } from '../helpers/random.ts';
import { expectClose } from '../helpers/small-networks.ts';

const context = { signal: new AbortController().signal, report: () => {} };
const fixture = (...parts: string[]) =>
  join(fileURLToPath(new URL('./fixtures/exporters/', import.meta.url)), ...parts);
const picture = uniform('picture', 3 * 32 * 32, 0, 1);

async function goldenScores(name: string): Promise<number[]> {
  return JSON.parse(await readFile(fixture(name, 'golden.json'), 'utf8')).scores;
}

async function networkOf(name: string) {
  const file = await readFile(fixture(name, 'model.onnx'));
  return { file, network: await takeOver(decodeModel(file), 'model.onnx', onnxruntime) };
}

async function run(graph: Graph, values: Float32Array, dims = [1, 3, 32, 32]) {
  const session = await onnxruntime.open(graph);
  const results = await session.run({ [graph.inputs[0]!.name]: float32(dims, values) });
  await session.close();
  return results[graph.outputs[0]!.name]!.data as Float32Array;
}

describe('Keras, through tf2onnx', () => {
  it('is read with its layout, its range and its blocks', async () => {
    const { network } = await networkOf('keras');
    expect(network.layout).toBe('NHWC');
    expect(network.inputSize).toBe(32);
    // 127.5 of 255: from -1 to 1.
    const half = [0.5, 0.5, 0.5].map((value) => expect.closeTo(value, 2));
    expect(network.normalisation).toEqual({ mean: half, std: half });
    expect(network.blocks.map(({ name }) => name)).toEqual([
      'stem',
      'block_1',
      'block_2',
      'block_3',
    ]);
    expect(network.graph.outputs[0]!.dims).toEqual(['batch', 16]);
  });

  it('may have left constants of EfficientNet among the inputs, which nothing reads', async () => {
    const file = fixture('keras-efficientnet', 'model.onnx');
    expect(decodeModel(await readFile(file)).inputs).toHaveLength(3);
    const { inputSize, normalisation, blocks } = await takeNetwork(
      { kind: 'network', file },
      context,
    );
    expect(inputSize).toBe(32);
    expect(normalisation!.mean).toEqual([0, 0, 0]);
    expect(blocks.slice(0, 3)).toEqual(['stem', 'block1a', 'block2a']);
  });

  it.each([
    ['keras', 16],
    ['keras-efficientnet', 64],
  ])(
    'gives %s the features from which its file computes the scores of Keras',
    async (name, width) => {
      const { file, network } = await networkOf(name);
      const decoded = decodeModel(file);
      const whole = { ...decoded, inputs: decoded.inputs.slice(0, 1) };
      const channelsLast = Float32Array.from(
        picture,
        (_, i) => picture[(i % 3) * 1024 + Math.floor(i / 3)]! * 255,
      );
      expectClose(await run(whole, channelsLast, [1, 32, 32, 3]), await goldenScores(name), 1e-4);
      const { mean, std } = network.normalisation!;
      const normal = picture.map(
        (value, i) => (value - mean[Math.floor(i / 1024)]!) / std[Math.floor(i / 1024)]!,
      );
      const features = await run(network.graph, normal);
      const kernel = lastLayer(whole, width, 5);
      const logits = Array.from({ length: 5 }, (_, k) =>
        features.reduce((sum, each, i) => sum + each * kernel[i * 5 + k]!, 0),
      );
      const total = logits.reduce((sum, each) => sum + Math.exp(each), 0);
      expectClose(
        logits.map((each) => Math.exp(each) / total),
        await goldenScores(name),
        1e-3,
      );
    },
  );
});

/** The kernel of a Keras model's Dense layer, whose bias is zero as it was made. */
function lastLayer(graph: Graph, inside: number, outside: number): Float32Array {
  const all = [...graph.initializers.values()];
  return all.find(({ dims }) => `${dims}` === `${[inside, outside]}`)!.data as Float32Array;
}

describe('Hugging Face', () => {
  const blocks = {
    vit: ['stem', 'vit.layers.0', 'vit.layers.1'],
    resnet: [
      'stem',
      'resnet.encoder.stages.0',
      'resnet.encoder.stages.1',
      'resnet.encoder.stages.2',
    ],
  };

  it.each(['vit', 'resnet'] as const)('%s computes what transformers does', async (name) => {
    const { file, network } = await networkOf(`huggingface-${name}`);
    const scores = await run(decodeModel(file), picture);
    expectClose(scores, await goldenScores(`huggingface-${name}`), 1e-4);
    expect(network.graph.outputs[0]!.dims).toEqual(['batch', 16]);
    expect(network.blocks.map((block) => block.name)).toEqual(blocks[name]);
  });

  it('says in preprocessor_config.json how the pictures are normalised', async () => {
    const result = await takeNetwork(
      { kind: 'network', file: fixture('huggingface-vit', 'model.onnx') },
      context,
    );
    expect(result.normalisation).toEqual({ mean: [0.5, 0.4, 0.3], std: [0.25, 0.2, 0.3] });
    expect(result.inputSize).toBe(32);
  });
});

describe('what lies beside a file', () => {
  /** A folder with the ResNet, which takes any size, and one more file. */
  async function beside(name: string, content: unknown): Promise<string> {
    const folder = await temporaryFolder();
    await mkdir(folder, { recursive: true });
    await copyFile(fixture('huggingface-resnet', 'model.onnx'), join(folder, 'net.onnx'));
    await writeFile(
      join(folder, name),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
    return folder;
  }
  const taken = (folder: string) =>
    takeNetwork(
      { kind: 'network', file: join(folder, 'net.onnx'), keep: { folder, name: 'net' } },
      context,
    );

  it('is read and kept with the network', async () => {
    const pretrained = { mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6], input_size: [3, 32, 32] };
    const folder = await beside('config.json', {
      architecture: 'resnet',
      pretrained_cfg: pretrained,
    });
    expect(await taken(folder)).toMatchObject({
      normalisation: { mean: pretrained.mean, std: pretrained.std },
    });
    const { architecture } = await describeWeights(join(folder, 'net.safetensors'));
    expect(architecture.inputSize).toBe(32);
  });

  it.each([
    ['is damaged', '{"image_mean": [0.5,'],
    ['says nothing of pictures', { image_mean: 'half', hidden_size: 16 }],
  ])('leaves the question open where it %s', async (_, content) => {
    expect(await taken(await beside('preprocessor_config.json', content))).toMatchObject({
      normalisation: null,
    });
  });
});
