/** Random weights to start from, where nothing is kept of a network but its shape. */
import { numberOf } from '../graph/attributes.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import { float32, size } from '../graph/tensor.ts';
import { type Random, seededRandom } from '../training/random.ts';
import { parametersOf } from './parameters.ts';

/** Stream of the seed. */
const initialising = 3;

/**
 * The same network with new parameters. Weights are drawn from He's uniform distribution (He et al. 2015,
 * "Delving deep into rectifiers", equation 10): a variance of 2 / fan-in keeps the size of what passes
 * through ReLUs. A MatMul, as transformers have them, is drawn from Glorot's, whose variance is
 * 2 / (fan-in + fan-out). Biases are 0; normalisations begin as the identity on values of mean 0 and
 * variance 1; a scale that the network began with near zero stays so (LayerScale); places begin within 0.02.
 *
 * @param seed gives the same weights every time
 */
export function heInitialised(graph: Graph, seed: number): Graph {
  const random = seededRandom(seed, initialising);
  const initializers = new Map(graph.initializers);
  const set = (name: string, make: (tensor: Tensor) => Tensor) =>
    initializers.set(name, make(initializers.get(name)!));
  for (const { name, role } of parametersOf(graph)) {
    set(name, (tensor) => {
      const { dims } = tensor;
      if (role === 'bias') return filled(dims, 0);
      if (role === 'scale') return isSmall(tensor) ? tensor : filled(dims, 1);
      const bound = role === 'weight' ? boundOf(graph, name, dims) : 0.02;
      return drawnWithin(dims, bound, random);
    });
  }
  for (const { op, inputs } of graph.nodes) {
    if (op !== 'BatchNormalization') continue;
    for (const [at, value] of [1, 0, 0, 1].entries()) {
      set(inputs[at + 1]!, ({ dims }) => filled(dims, value));
    }
  }
  return { ...graph, initializers };
}

/** Half the width of the uniform distribution, for the operator that reads these weights. */
function boundOf(graph: Graph, name: string, dims: readonly number[]): number {
  const node = graph.nodes.find(({ inputs }) => inputs.includes(name))!;
  if (node.op === 'MatMul') return Math.sqrt(6 / (dims.at(-2)! + dims.at(-1)!));
  const outputsFirst =
    node.op === 'Conv' || (node.op === 'Gemm' && numberOf(node, 'transB', 0) === 1);
  return Math.sqrt(6 / (outputsFirst ? size(dims.slice(1)) : size(dims) / dims[1]!));
}

const isSmall = ({ data }: Tensor) =>
  (data as Float32Array).every((value) => value !== 0 && Math.abs(value) < 1e-3);

const filled = (dims: readonly number[], value: number) =>
  float32(dims, new Float32Array(size(dims)).fill(value));

function drawnWithin(dims: readonly number[], bound: number, random: Random): Tensor {
  const values = new Float32Array(size(dims));
  for (let i = 0; i < values.length; i++) values[i] = bound * (2 * random() - 1);
  return float32(dims, values);
}
