/**
 * Weights of a TensorFlow.js layers model: a manifest of names and shapes, and the bytes of all of them
 * in that order, here quantised to 8 bits.
 * Format: https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts
 */
import type { Tensor } from '../graph/graph.ts';
import { size } from '../graph/tensor.ts';

export interface TfjsWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** value = min + scale * byte. */
  readonly quantization: { readonly min: number; readonly scale: number; readonly dtype: 'uint8' };
}

/** Dequantises; throws an Error when the bytes and the manifest do not agree. */
export function readTfjs(
  manifest: readonly TfjsWeight[],
  bytes: Uint8Array,
): ReadonlyMap<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  let at = 0;
  for (const { name, shape, quantization } of manifest) {
    if (quantization?.dtype !== 'uint8') throw new Error(`${name} is not quantised to uint8`);
    const { min, scale } = quantization;
    const count = size(shape);
    const quantised = bytes.subarray(at, at + count);
    const data = Float32Array.from(quantised, (value) => min + scale * value);
    tensors.set(name, { type: 'float32', dims: shape, data });
    at += count;
  }
  if (at !== bytes.length) throw new Error(`the weights need ${at} bytes and have ${bytes.length}`);
  return tensors;
}

const batchNormParameters = {
  weight: 'gamma',
  bias: 'beta',
  running_mean: 'moving_mean',
  running_var: 'moving_variance',
} as const;

/** The tensors of Keras's MobileNetV2 under torchvision's names and in PyTorch's order of axes. */
export function fromKerasMobileNetV2(
  keras: ReadonlyMap<string, Tensor>,
  names: Iterable<string>,
): ReadonlyMap<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const name of names) {
    const source = kerasName(name);
    const tensor = keras.get(source);
    if (!tensor) throw new Error(`there is no ${source}`);
    tensors.set(name, convolutionAxes(source, tensor));
  }
  return tensors;
}

/** Keras numbers blocks from 0 and calls that one expanded_conv; torchvision's features.0 is the stem. */
function kerasName(name: string): string {
  const match = /^features\.(\d+)\.(?:conv\.)?([\d.]+)\.(\w+)$/.exec(name);
  if (!match) throw new Error(`${name} is not named as in torchvision`);
  const [, block, layer, parameter] = match as unknown as [string, string, string, string];
  const [base, isConvolution] = kerasLayer(Number(block), layer);
  if (isConvolution) {
    return base.endsWith('depthwise') ? `${base}/depthwise_kernel` : `${base}/kernel`;
  }
  return `${base}/${batchNormParameters[parameter as keyof typeof batchNormParameters]}`;
}

function kerasLayer(block: number, layer: string): [name: string, isConvolution: boolean] {
  if (block === 0) return layer === '0' ? ['Conv1', true] : ['bn_Conv1', false];
  const prefix = block === 1 ? 'expanded_conv' : `block_${block - 1}`;
  // The first block has no expansion, so its layers begin one step later.
  const steps = block === 1 ? ['depthwise', 'project'] : ['expand', 'depthwise', 'project'];
  const [step, inner] = layer.split('.').map(Number) as [number, number | undefined];
  const index = inner === undefined ? steps.length - 1 : step;
  const isConvolution = inner === undefined ? step === steps.length - 1 : inner === 0;
  const name = `${prefix}_${steps[index]}`;
  return [isConvolution ? name : `${name}_BN`, isConvolution];
}

/** HWIO to OIHW; depthwise HWIM (with one output each) to I1HW. */
function convolutionAxes(name: string, tensor: Tensor): Tensor {
  if (tensor.dims.length !== 4) return tensor;
  const [height, width, inputs, outputs] = tensor.dims as [number, number, number, number];
  const isDepthwise = name.endsWith('depthwise_kernel');
  const source = tensor.data as Float32Array;
  const data = new Float32Array(source.length);
  let to = 0;
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let pixel = 0; pixel < height * width; pixel++) {
        data[to++] = source[(pixel * inputs + i) * outputs + o]!;
      }
    }
  }
  const dims = isDepthwise ? [inputs, outputs, height, width] : [outputs, inputs, height, width];
  return { type: 'float32', dims, data };
}
