/**
 * Writes a network layer by layer: nodes of an ONNX graph, and the shapes of the parameters that they
 * need. Values and nodes are called like the layers, parameters as PyTorch calls them.
 */
import type { Attribute, Node } from '../graph/graph.ts';
import { size } from '../graph/tensor.ts';
import type { Block } from './backbone.ts';

/** A value and what is known about it: C x H x W for a map, F for a vector, without the batch. */
export interface Value {
  readonly name: string;
  readonly dims: readonly number[];
}

/** Zeros around a map. ONNX's order: top, left, bottom, right. */
export type Pads = readonly [number, number, number, number];

export const samePads = (pad: number): Pads => [pad, pad, pad, pad];

/**
 * TensorFlow's `same`: the output is ceil(size / stride), and the odd zero goes to the bottom right,
 * where PyTorch's symmetric padding would shift the picture by one pixel.
 */
export function tensorflowPads(size: number, kernel: number, stride: number): Pads {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  const before = Math.floor(total / 2);
  return [before, before, total - before, total - before];
}

export interface ConvOptions {
  readonly out: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly pads?: Pads;
  readonly groups?: number;
  readonly bias?: boolean;
}

export class Layers {
  readonly nodes: Node[] = [];
  readonly parameters = new Map<string, readonly number[]>();
  readonly blocks: Block[] = [];
  /** What leaves each block, without the batch. */
  readonly blockShapes: (readonly number[])[] = [];
  readonly input: Value;
  readonly #epsilon: number;

  /** `epsilon` is that of all batch normalisations. */
  constructor(inputSize: number, epsilon: number) {
    this.input = { name: 'input', dims: [3, inputSize, inputSize] };
    this.#epsilon = epsilon;
  }

  conv(x: Value, name: string, options: ConvOptions): Value {
    const { out, kernel, stride = 1, pads = samePads(0), groups = 1, bias = false } = options;
    const [channels, height, width] = x.dims as [number, number, number];
    const inputs = [this.#parameter(`${name}.weight`, [out, channels / groups, kernel, kernel])];
    if (bias) inputs.push(this.#parameter(`${name}.bias`, [out]));
    const attributes = {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads,
      group: groups,
    };
    const [top, left, bottom, right] = pads;
    const dims = [
      out,
      Math.floor((height + top + bottom - kernel) / stride) + 1,
      Math.floor((width + left + right - kernel) / stride) + 1,
    ];
    return this.#node('Conv', name, [x.name, ...inputs], dims, attributes);
  }

  /** Normalises with the running statistics. */
  batchNorm(x: Value, name: string): Value {
    const inputs = ['weight', 'bias', 'running_mean', 'running_var'].map((parameter) =>
      this.#parameter(`${name}.${parameter}`, [x.dims[0]!]),
    );
    const attributes = { epsilon: { float: this.#epsilon } };
    return this.#node('BatchNormalization', name, [x.name, ...inputs], x.dims, attributes);
  }

  relu(x: Value, name: string): Value {
    return this.#node('Relu', name, [x.name], x.dims);
  }

  /** min(max(x, 0), 6); the bounds are constants that all its uses share. */
  relu6(x: Value, name: string): Value {
    return this.#node('Clip', name, [x.name, zero, six], x.dims);
  }

  add(x: Value, y: Value, name: string): Value {
    return this.#node('Add', name, [x.name, y.name], x.dims);
  }

  maxPool(
    x: Value,
    name: string,
    { kernel, stride, pad = 0 }: { kernel: number; stride: number; pad?: number },
  ): Value {
    const attributes = {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: samePads(pad),
    };
    const [channels, height, width] = x.dims as [number, number, number];
    const pooled = (size: number) => Math.floor((size + 2 * pad - kernel) / stride) + 1;
    return this.#node(
      'MaxPool',
      name,
      [x.name],
      [channels, pooled(height), pooled(width)],
      attributes,
    );
  }

  /** Mean over each map, then N x C. */
  globalPool(x: Value, name: string): Value {
    const channels = x.dims[0]!;
    const pooled = this.#node('GlobalAveragePool', `${name}.mean`, [x.name], [channels, 1, 1]);
    return this.flatten(pooled, name);
  }

  flatten(x: Value, name: string): Value {
    return this.#node('Flatten', name, [x.name], [size(x.dims)], { axis: 1 });
  }

  /** x · weightᵀ + bias. */
  linear(x: Value, name: string, out: number): Value {
    const inputs = [
      this.#parameter(`${name}.weight`, [out, x.dims[0]!]),
      this.#parameter(`${name}.bias`, [out]),
    ];
    return this.#node('Gemm', name, [x.name, ...inputs], [out], { transB: 1 });
  }

  /** Ends a block: the network may be cut after `x`. */
  block(name: string, x: Value): Value {
    this.blocks.push({ name, output: x.name });
    this.blockShapes.push(x.dims);
    return x;
  }

  #parameter(name: string, shape: readonly number[]): string {
    this.parameters.set(name, shape);
    return name;
  }

  #node(
    op: string,
    name: string,
    inputs: readonly string[],
    dims: readonly number[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    this.nodes.push({ op, name, inputs, outputs: [name], attributes });
    return { name, dims };
  }
}

const zero = 'relu6.min';
const six = 'relu6.max';

/** Initializers that are no parameters: the bounds of `relu6`. */
export const constants: ReadonlyMap<string, number> = new Map([
  [zero, 0],
  [six, 6],
]);
