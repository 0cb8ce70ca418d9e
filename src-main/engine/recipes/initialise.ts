/** Random weights to start from, where nothing is kept of a network but its shape. */
import type { Graph, Tensor } from '../graph/graph.ts';
import { float32, size } from '../graph/tensor.ts';
import { type Random, seededRandom } from '../training/random.ts';
import { parametersOf } from './parameters.ts';

/** Stream of the seed. */
const initialising = 3;

/**
 * The same network with new parameters. Weights are drawn from He's uniform distribution (He et al. 2015,
 * "Delving deep into rectifiers", equation 10): a variance of 2 / fan-in keeps the size of what passes
 * through ReLUs. Biases are 0; normalisations begin as the identity on values of mean 0 and variance 1.
 *
 * @param seed gives the same weights every time
 */
export function heInitialised(graph: Graph, seed: number): Graph {
  const random = seededRandom(seed, initialising);
  const initializers = new Map(graph.initializers);
  const set = (name: string, make: (dims: readonly number[]) => Tensor) =>
    initializers.set(name, make(initializers.get(name)!.dims));
  for (const { name, decay } of parametersOf(graph)) {
    set(name, (dims) => (decay ? heUniform(dims, random) : filled(dims, 0)));
  }
  for (const { op, inputs } of graph.nodes) {
    if (op !== 'BatchNormalization') continue;
    for (const [at, value] of [1, 0, 0, 1].entries()) {
      set(inputs[at + 1]!, (dims) => filled(dims, value));
    }
  }
  return { ...graph, initializers };
}

const filled = (dims: readonly number[], value: number) =>
  float32(dims, new Float32Array(size(dims)).fill(value));

/** @param dims of the outputs first; what one of them sees is the product of the others */
function heUniform(dims: readonly number[], random: Random): Tensor {
  const bound = Math.sqrt(6 / size(dims.slice(1)));
  const values = new Float32Array(size(dims));
  for (let i = 0; i < values.length; i++) values[i] = bound * (2 * random() - 1);
  return float32(dims, values);
}
