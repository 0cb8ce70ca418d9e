/** A network for questions about its shapes alone. */
import { float32, size } from '../graph/tensor.ts';
import type { Architecture, Backbone } from './backbone.ts';

/** All parameters are zeros, which take no memory as long as nobody writes to them. */
export function outline(architecture: Architecture): Backbone {
  const weights = Array.from(
    architecture.parameters,
    ([name, dims]) => [name, float32(dims, new Float32Array(size(dims)))] as const,
  );
  return architecture.build(new Map(weights));
}
