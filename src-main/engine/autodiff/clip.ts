/** Keeping gradients from growing too large, by the norm of all of them together. */
import type { GraphBuilder } from '../graph/builder.ts';

/** Of all their elements together. */
export function normOf(g: GraphBuilder, gradients: readonly string[]): string {
  const squares = gradients.map((name) => g.node('ReduceSumSquare', [name], { keepdims: 0 }));
  // Two at a time: the operator Sum is one that WebGPU lacks.
  return g.node('Sqrt', [squares.reduce((before, square) => g.node('Add', [before, square]))]);
}

/**
 * As torch.nn.utils.clip_grad_norm_ (Pascanu et al. 2013): all gradients are scaled by one factor,
 * min(1, most / (norm + 1e-6)), where the norm is that of all their elements.
 */
export function clipped(g: GraphBuilder, gradients: readonly string[], most: number): string[] {
  const norm = normOf(g, gradients);
  const share = g.node('Div', [g.constant(most), g.node('Add', [norm, g.constant(1e-6)])]);
  const factor = g.node('Min', [share, g.constant(1)]);
  return gradients.map((name) => g.node('Mul', [name, factor]));
}
