/** Folds what can be known before any picture is seen: constants, shape arithmetic, a batch of one. */
import { numberOf } from '../../graph/attributes.ts';
import { type Dims, fromStart, product } from '../../graph/dims.ts';
import type { Graph, Node, Tensor, ValueInfo } from '../../graph/graph.ts';
import { follow, type Known } from '../../graph/shapes.ts';
import { arrays, int64, integers, tensor } from '../../graph/tensor.ts';
import type { Runtime } from '../../runtimes/runtime.ts';

/** A value of whatever type and shape it has. */
export const untyped = (name: string): ValueInfo => ({ name, type: 'unknown', dims: [] });

/** Leaves out nodes that change nothing; a constant that is passed on becomes one of its own. */
function withoutIdentities(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const same = new Map<string, string>();
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => same.get(name) ?? name);
    const [input, output] = [inputs[0]!, node.outputs[0]!];
    const constant = initializers.get(input);
    if (node.op === 'Identity' && constant) initializers.set(output, constant);
    else if (node.op === 'Identity' && !outputs.has(output)) same.set(output, input);
    else nodes.push({ ...node, inputs });
  }
  return { ...graph, nodes, initializers };
}

/** Leaves out what no output needs. */
export function pruned(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) needed.add(input);
  }
  const initializers = new Map([...graph.initializers].filter(([name]) => needed.has(name)));
  return { ...graph, nodes: nodes.reverse(), initializers };
}

/**
 * Computes every node that depends on constants alone. What is made of one named tensor alone, a
 * transposed weight say, keeps that tensor's name.
 */
async function foldConstants(graph: Graph, runtime: Runtime): Promise<Graph> {
  const constant = new Set(graph.initializers.keys());
  const origin = new Map<string, string>();
  const folded: Node[] = [];
  const rest: Node[] = [];
  for (const node of graph.nodes) {
    if (
      !node.inputs.every((name) => name === '' || constant.has(name)) ||
      node.inputs.length === 0
    ) {
      rest.push(node);
      continue;
    }
    folded.push(node);
    for (const output of node.outputs) constant.add(output);
    const from = origin.get(node.inputs[0]!) ?? node.inputs[0]!;
    if (['Transpose', 'Reshape', 'Unsqueeze', 'Squeeze', 'Cast'].includes(node.op)) {
      origin.set(node.outputs[0]!, from);
    }
  }
  if (folded.length === 0) return graph;
  const read = new Set([
    ...rest.flatMap(({ inputs }) => inputs),
    ...graph.outputs.map(({ name }) => name),
  ]);
  const wanted = folded.flatMap(({ outputs }) => outputs.filter((name) => read.has(name)));
  const initializers = new Map(graph.initializers);
  if (wanted.length > 0) {
    const part = pruned({ ...graph, inputs: [], outputs: wanted.map(untyped), nodes: folded });
    const session = await runtime.open(part);
    try {
      const results = await session.run({});
      for (const name of wanted) {
        const { type, dims, data } = results[name]!;
        initializers.set(name, tensor(type, [...dims], data.slice()));
      }
    } finally {
      await session.close();
    }
  }
  const readers = new Map<string, number>();
  for (const { inputs } of graph.nodes)
    for (const name of new Set(inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const renamed = new Map<string, string>();
  for (const name of wanted) {
    const from = origin.get(name);
    if (from === undefined || from.startsWith('val_') || readers.get(from) !== 1) continue;
    initializers.set(from, initializers.get(name)!);
    initializers.delete(name);
    renamed.set(name, from);
  }
  const nodes = rest.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => renamed.get(name) ?? name),
  }));
  return pruned({ ...graph, nodes, initializers });
}

/**
 * The shape that a Reshape gives when its target was written down for `exported` pictures and the batch is
 * free: axes before and after are matched in groups of equal size, and the group with the batch carries it.
 */
export function freed(from: Dims, to: readonly number[], exported: number): number[] {
  const concrete = from.map((dim) => {
    if (typeof dim === 'number') return dim;
    return exported * (dim.includes('*') ? Number(dim.split('*')[0]) : 1);
  });
  const total = concrete.reduce((a, b) => a * b, 1);
  const kept = to.map((dim, i) => (dim === 0 ? concrete[i]! : dim));
  const others = kept.filter((dim) => dim !== -1).reduce((a, b) => a * b, 1);
  const target = kept.map((dim) => (dim === -1 ? total / others : dim));
  let [i, j] = [0, 0];
  while (i < from.length && j < target.length) {
    const begin = j;
    let carries = typeof from[i] === 'string';
    let [left, right] = [concrete[i++]!, target[j++]!];
    while (left !== right && (i < from.length || j < target.length)) {
      if (left < right && i < from.length) {
        carries ||= typeof from[i] === 'string';
        left *= concrete[i++]!;
      } else right *= target[j++] ?? 1;
    }
    if (carries) return target.with(begin, -1);
  }
  return target;
}

/** Writes down the integers that are known, and the targets of Reshapes with the batch left over. */
function foldShapes(graph: Graph, { shapes, counts }: Known, exported: number | null): Graph {
  const initializers = new Map(graph.initializers);
  const made = new Map(graph.nodes.map((node) => [node.outputs[0]!, node]));
  const nodes: Node[] = [];
  const fresh = (wish: string, value: Tensor) => {
    let name = wish;
    while (initializers.has(name)) name += '_';
    initializers.set(name, value);
    return name;
  };
  for (const node of graph.nodes) {
    const [output] = node.outputs as [string];
    const count = counts.get(output);
    if (count?.values.every((value) => typeof value === 'number')) {
      const { type, dims, values } = count;
      const data =
        type === 'int64'
          ? BigInt64Array.from(values as number[], BigInt)
          : arrays[type].from(values as number[]);
      initializers.set(output, tensor(type, dims, data));
      continue;
    }
    const from = shapes.get(node.inputs[0]!);
    if (node.op === 'Reshape' && from) {
      const target = initializers.get(node.inputs[1]!);
      const carries = from.some((dim) => typeof dim === 'string');
      const to = shapes.get(output);
      const given = target && integers(target);
      let dims: number[] | undefined;
      if (given && carries && exported !== null) dims = freed(from, given, exported);
      else if (to && to.filter((dim) => typeof dim === 'string').length <= 1) {
        dims = to.map((dim) => (typeof dim === 'string' ? -1 : dim));
      }
      if (dims) {
        const shape =
          `${given}` === `${dims}`
            ? node.inputs[1]!
            : fresh(`${output}:shape`, int64([dims.length], dims));
        nodes.push({ ...node, inputs: [node.inputs[0]!, shape], attributes: {} });
        continue;
      }
    }
    if (node.op === 'Concat') {
      const whole = node.inputs.find((name) => typeof shapes.get(name)?.[0] === 'string');
      const axis = fromStart(numberOf(node, 'axis', 0), shapes.get(node.inputs[0]!)?.length ?? 1);
      const single = (name: string) => shapes.get(name)?.[0] === 1;
      if (whole !== undefined && axis > 0 && node.inputs.some(single)) {
        const inputs = node.inputs.map((name, i) => {
          if (!single(name)) return name;
          const [size, shape, wide] = ['batch', 'shape', 'wide'].map(
            (part) => `${output}:${i}:${part}`,
          );
          const rest = shapes.get(name)!.slice(1) as number[];
          const more = fresh(`${shape}:rest`, int64([rest.length], rest));
          nodes.push(
            {
              op: 'Shape',
              name: size!,
              inputs: [whole],
              outputs: [size!],
              attributes: { start: 0, end: 1 },
            },
            {
              op: 'Concat',
              name: shape!,
              inputs: [size!, more],
              outputs: [shape!],
              attributes: { axis: 0 },
            },
            { op: 'Expand', name: wide!, inputs: [name, shape!], outputs: [wide!], attributes: {} },
          );
          return wide!;
        });
        nodes.push({ ...node, inputs });
        continue;
      }
    }
    // PyTorch 2's as_strided on what lies in order already: numbers picked from a flat copy, all in place.
    const flat = node.op === 'Gather' ? made.get(node.inputs[0]!) : undefined;
    if (flat?.op === 'Reshape' && !initializers.has(node.inputs[1]!)) {
      const dims = shapes.get(flat.inputs[0]!);
      const stated = graph.stated?.get(output);
      if (dims && stated && product(dims.slice(1)) === product(stated.slice(1))) {
        const shape = [-1, ...(stated.slice(1) as number[])];
        const target = fresh(`${output}:shape`, int64([shape.length], shape));
        nodes.push({
          op: 'Reshape',
          name: node.name,
          inputs: [flat.inputs[0]!, target],
          outputs: [output],
          attributes: {},
          ...(node.scope && { scope: node.scope }),
        });
        continue;
      }
    }
    nodes.push(node);
  }
  return pruned({ ...graph, nodes, initializers });
}

/** Two Transposes in a row as one, or none. */
function mergeTransposes(graph: Graph): Graph {
  const made = new Map(graph.nodes.map((node) => [node.outputs[0]!, node]));
  const nodes = graph.nodes.map((node): Node => {
    const before = made.get(node.inputs[0] ?? '');
    if (node.op !== 'Transpose' || before?.op !== 'Transpose') return node;
    const [first, second] = [before, node].map(({ attributes }) => attributes.perm as number[]);
    const perm = second!.map((axis) => first![axis]!);
    const inputs = [before.inputs[0]!];
    return perm.every((axis, i) => axis === i)
      ? { ...node, op: 'Identity', inputs, attributes: {} }
      : { ...node, inputs, attributes: { perm } };
  });
  return pruned({ ...graph, nodes });
}

/** @param exported the number of pictures that the file was written for; null when it left that free */
export async function simplify(
  given: Graph,
  exported: number | null,
  runtime: Runtime,
): Promise<Graph> {
  let graph = pruned(withoutIdentities(given));
  for (let round = 0; round < 20; round++) {
    const before = graph.nodes.length;
    const constants = graph.initializers.size;
    graph = await foldConstants(withoutIdentities(graph), runtime);
    graph = foldShapes(graph, follow(graph, graph.nodes, 'as far as it goes'), exported);
    graph = withoutIdentities(mergeTransposes(graph));
    if (graph.nodes.length === before && graph.initializers.size === constants && round > 1) break;
  }
  return pruned(graph);
}
