/** Which values of a graph are learned parameters, told by the operators that use them. */
import type { Trainable } from '../autodiff/step.ts';
import type { Graph } from '../graph/graph.ts';

/**
 * For each operator the inputs that are learned: weights, which weight decay pulls towards zero, and
 * biases and normalisation, which it spares. A batch normalisation's mean and variance are statistics:
 * they stay as they were, since small batches would spoil them.
 */
const learned: Readonly<
  Record<string, { readonly weights: readonly number[]; readonly spared: readonly number[] }>
> = {
  Conv: { weights: [1], spared: [2] },
  Gemm: { weights: [1], spared: [2] },
  MatMul: { weights: [1], spared: [] },
  BatchNormalization: { weights: [], spared: [1, 2] },
};

/** The parameters of a graph in the order of its nodes. */
export function parametersOf(graph: Graph): Omit<Trainable, 'group'>[] {
  const found = new Map<string, boolean>();
  for (const node of graph.nodes) {
    const roles = learned[node.op];
    if (!roles) continue;
    const note = (at: number, decay: boolean) => {
      const name = node.inputs[at];
      if (name && graph.initializers.has(name) && !found.has(name)) found.set(name, decay);
    };
    for (const at of roles.weights) note(at, true);
    for (const at of roles.spared) note(at, false);
  }
  return [...found].map(([name, decay]) => ({ name, decay }));
}
