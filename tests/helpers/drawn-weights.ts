/** Weights for a network that has learned nothing, drawn from its name: as `fill` in backbones.py. */
import type { Architecture } from '../../src-main/engine/backbones/backbone.ts';
import type { Tensor } from '../../src-main/engine/graph/graph.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { uniform } from './random.ts';

/** He's uniform for matrices, scales and variances around 1, the rest small. */
export function drawWeights({ name, variant, parameters }: Architecture): Map<string, Tensor> {
  const weights = new Map<string, Tensor>();
  for (const [parameter, shape] of parameters) {
    const bound = Math.sqrt(6 / size(shape.slice(1)));
    const isScale = parameter.endsWith('.running_var') || parameter.endsWith('.weight');
    const [low, high] = shape.length > 1 ? [-bound, bound] : isScale ? [0.5, 1.5] : [-0.1, 0.1];
    const drawn = uniform(`${name} ${variant}/${parameter}`, size(shape), low, high);
    weights.set(parameter, float32(shape, drawn));
  }
  return weights;
}
