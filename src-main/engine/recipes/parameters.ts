/** Which values of a graph are learned parameters, told by the operators that use them. */
import type { Trainable } from '../autodiff/step.ts';
import { isConstantName } from '../graph/builder.ts';
import type { Graph, Node, Tensor } from '../graph/graph.ts';
import { size } from '../graph/tensor.ts';

/**
 * `weight`: multiplied and summed, which weight decay pulls towards zero. It spares the others: a `bias` is
 * added, a `scale` multiplies number by number, an `embedding` is added or joined and has a place of its
 * own for each of several axes.
 */
export type Role = 'weight' | 'bias' | 'scale' | 'embedding';

/**
 * For each operator the inputs that are always learned. A batch normalisation's mean and variance are
 * statistics: they stay as they were, since small batches would spoil them.
 */
const learned: Readonly<Record<string, readonly (Role | null)[]>> = {
  BatchNormalization: [null, 'scale', 'bias'],
  Conv: [null, 'weight', 'bias'],
  ConvTranspose: [null, 'weight', 'bias'],
  Gemm: [null, 'weight', 'bias'],
  InstanceNormalization: [null, 'scale', 'bias'],
  LayerNormalization: [null, 'scale', 'bias'],
  MatMul: ['weight', 'weight'],
  PRelu: [null, 'scale'],
};

/** Operators that also take constants of the formula itself: only what is larger than one number is learned. */
const sometimes: Readonly<Record<string, Role>> = {
  Add: 'bias',
  Concat: 'embedding',
  Expand: 'embedding',
  Gather: 'embedding',
  Mul: 'scale',
};

/** A mask of attention holds very negative numbers; no parameter does. */
const isMask = ({ data }: Tensor) =>
  data instanceof Float32Array && data.some((value) => value < -50);

/** What part an input plays in what the network has learned; null for none. */
export function roleOf(
  node: Node,
  at: number,
  { initializers }: Pick<Graph, 'initializers'>,
): Role | null {
  const tensor = initializers.get(node.inputs[at] ?? '');
  if (tensor?.type !== 'float32') return null;
  const always = learned[node.op];
  if (always) {
    // GroupNorm as exported: its own scale and shift come after, and these are ones and zeros.
    if (node.op === 'InstanceNormalization' && isTrivial(tensor)) return null;
    return always[at] ?? null;
  }
  const role = sometimes[node.op];
  if (!role || size(tensor.dims) === 1 || isMask(tensor)) return null;
  if (isConstantName(node.inputs[at]!)) return null;
  if (node.op === 'Expand' || node.op === 'Gather') return at === 0 ? role : null;
  const wide = tensor.dims.filter((dim) => dim !== 1).length > 1;
  return role === 'bias' && wide ? 'embedding' : role;
}

const isTrivial = ({ data }: Tensor) =>
  data.length > 0 &&
  (data as Float32Array).every((value) => value === data[0]) &&
  [0, 1].includes(Number(data[0]));

/** The inputs of a node that are learned, by their places. */
export function learnedInputs(node: Node, graph: Pick<Graph, 'initializers'>): number[] {
  return node.inputs.flatMap((_, at) => (roleOf(node, at, graph) ? [at] : []));
}

export interface Parameter extends Omit<Trainable, 'group'> {
  readonly role: Role;
}

/** The parameters of a graph in the order of its nodes. */
export function parametersOf(graph: Graph): Parameter[] {
  const found = new Map<string, Role>();
  for (const node of graph.nodes) {
    for (const at of learnedInputs(node, graph)) {
      const name = node.inputs[at]!;
      if (!found.has(name)) found.set(name, roleOf(node, at, graph)!);
    }
  }
  return [...found].map(([name, role]) => ({ name, decay: role === 'weight', role }));
}
