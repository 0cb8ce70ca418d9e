/**
 * Where a network can be cut, and what the parts are called.
 *
 * A value can be cut at when every path from the input to the features passes it. The nodes are in
 * topological order, so that is so exactly when it is the only value that is still to be read.
 */
import type { Dims } from '../../graph/dims.ts';
import type { Graph, Node } from '../../graph/graph.ts';
import type { Block } from '../backbone.ts';

export interface CutPoint {
  readonly value: string;
  /** Of the node that makes it. */
  readonly at: number;
}

/** Values through which all that comes from the input passes, in their order; the features are the last. */
export function cutPoints(graph: Graph, shapes: ReadonlyMap<string, Dims>): CutPoint[] {
  const last = new Map<string, number>();
  for (const [at, { inputs }] of graph.nodes.entries())
    for (const name of inputs) last.set(name, at);
  for (const { name } of graph.outputs) last.set(name, graph.nodes.length);
  const open = new Set(graph.inputs.map(({ name }) => name));
  const found: CutPoint[] = [];
  for (const [at, node] of graph.nodes.entries()) {
    const depends = node.inputs.some((name) => open.has(name));
    for (const name of node.inputs) if (last.get(name) === at) open.delete(name);
    if (depends) for (const name of node.outputs) if ((last.get(name) ?? -1) > at) open.add(name);
    const [only] = open;
    if (open.size !== 1 || only !== node.outputs[0]) continue;
    const dims = shapes.get(only!) ?? [];
    const ofPictures =
      dims[0] === 'batch' &&
      dims.length > 1 &&
      dims.slice(1).every((dim) => typeof dim === 'number');
    if (ofPictures) found.push({ value: only!, at });
  }
  return found;
}

const isWeighted = ({ op, inputs }: Node, { initializers }: Graph) =>
  ['Conv', 'ConvTranspose', 'Gemm', 'MatMul'].includes(op) &&
  inputs.slice(0, 2).some((name) => initializers.has(name));

/** The modules that a node lies in, outermost first, by their full names: `layer1`, `layer1.0`. */
export function scopeOf(node: Node): readonly string[] {
  if (node.scope) return node.scope;
  // PyTorch's older exporter: /layer1/layer1.0/conv1/Conv. Each name begins where its list's name ends.
  if (node.name.startsWith('/')) {
    const parts = node.name.split('/').slice(1, -1);
    const full: string[] = [];
    for (const part of parts) {
      const parent = full.at(-1);
      const before = parts[full.length - 1];
      const isItem = before !== undefined && part.startsWith(`${before}.`);
      full.push(
        parent === undefined
          ? part
          : isItem
            ? parent + part.slice(before.length)
            : `${parent}.${part}`,
      );
    }
    return full;
  }
  return [];
}

/** TensorFlow's layers have no depth, but blocks in their names: `block_3_expand`, `conv2_block1_out`. */
function layerBlock(node: Node): string | undefined {
  const parts = node.name.split('/');
  for (const part of parts.slice(0, -1).reverse()) {
    const named =
      /^((?:[a-z]+\d*_)*?(?:block|stage|expanded_conv|layers?|mixed)[_.]?\d+[a-z]?(?:[_.]block[_.]?\d+|[._]\d+)*)(?:_|$)/i.exec(
        part,
      );
    if (named) return named[1]!;
  }
  return undefined;
}

/** How deep into the modules the names of blocks go. */
function depthOf(graph: Graph, points: readonly CutPoint[]): number {
  const scopes = graph.nodes.map(scopeOf);
  const deepest = Math.max(...scopes.map(({ length }) => length));
  const key = (at: number, depth: number) => scopes[at]!.slice(0, depth).at(-1) ?? '';
  for (let depth = 1; depth < deepest; depth++) {
    const weights = new Map<string, Set<string>>();
    const counts = new Map<string, number>();
    for (const [at, node] of graph.nodes.entries()) {
      if (!isWeighted(node, graph)) continue;
      const name = key(at, depth);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      const below = weights.get(name) ?? new Set<string>();
      weights.set(name, below.add(key(at, depth + 1)));
    }
    const large = [...counts].filter(([, count]) => count > 1).map(([name]) => name);
    const inner = (name: string) => {
      const ends = points.filter(({ at }) => key(at, depth) === name);
      return new Set(ends.map(({ at }) => key(at, depth + 1))).size > 1;
    };
    const leaves = (name: string) =>
      [...weights.get(name)!].every((child) => {
        const inside = graph.nodes.filter(
          (node, at) => isWeighted(node, graph) && key(at, depth + 1) === child,
        );
        return inside.length === 1;
      });
    const blocks = new Set(points.map(({ at }) => key(at, depth))).size;
    const enough = blocks >= 4;
    if (large.length === 0 && enough) return depth;
    // A level is left for the one below when all of its larger parts can be taken apart there.
    if (
      enough &&
      !large.every((name) => inner(name) || !points.some(({ at }) => key(at, depth) === name))
    )
      return depth;
    if (enough && large.every((name) => leaves(name))) return depth;
  }
  return deepest;
}

/** From the stem to the block whose output is the features, with at least one weight in each. */
export function blocksOf(graph: Graph, shapes: ReadonlyMap<string, Dims>): Block[] {
  const points = cutPoints(graph, shapes);
  const features = graph.outputs[0]!.name;
  const named = graph.nodes.some((node) => scopeOf(node).length > 0);
  const depth = named ? depthOf(graph, points) : 0;
  const [input] = graph.inputs;
  let stage = 0;
  let inStage = 0;
  let rows = input!.dims[2];
  const nameAt = (from: number, to: number): string | undefined => {
    const inside = graph.nodes.slice(from, to + 1);
    const weighted = inside.findLast((node) => isWeighted(node, graph)) ?? inside.at(-1)!;
    if (named) return scopeOf(weighted).slice(0, depth).at(-1);
    return layerBlock(weighted);
  };
  // A part ends where the next weight begins, so that a normalisation and its like go with theirs.
  interface Part {
    name: string | undefined;
    value: string;
    at: number;
  }
  const parts: Part[] = [];
  let begin = 0;
  for (const { value, at } of points) {
    const inside = graph.nodes.slice(begin, at + 1);
    if (!inside.some((node) => isWeighted(node, graph))) {
      // Nothing to learn here: it goes with the part before.
      const before = parts.at(-1);
      if (before) Object.assign(before, { value, at });
      begin = at + 1;
      continue;
    }
    const name = nameAt(begin, at);
    const before = parts.at(-1);
    if (before && name !== undefined && before.name === name) Object.assign(before, { value, at });
    else parts.push({ name, value, at });
    begin = at + 1;
  }
  const last = parts.at(-1);
  if (last) last.value = features;
  const taken = new Set<string>();
  const free = (wish: string) => {
    let name = wish;
    for (let count = 2; taken.has(name); count++) name = `${wish}_${count}`;
    taken.add(name);
    return name;
  };
  // Blocks without a name are numbered, stage by stage: a stage is what works on maps of one size.
  const fewest = named || parts.some(({ name }) => name !== undefined);
  const kept = fewest ? parts : merged(parts, mostNumbered);
  return kept.map(({ name, value }, i) => {
    const dims = shapes.get(value) ?? [];
    if (dims.length === 4 && dims[2] !== rows) {
      rows = dims[2];
      stage++;
      inStage = 0;
    }
    inStage++;
    if (i === 0) return { name: free('stem'), output: value };
    return { name: free(name ?? `stage${stage}.${inStage}`), output: value };
  });
}

const mostNumbered = 24;

/** Neighbours put together until there are no more than so many. */
function merged<T>(parts: readonly T[], most: number): readonly T[] {
  const each = Math.ceil(parts.length / most);
  return parts.filter((_, i) => (i + 1) % each === 0 || i === parts.length - 1);
}
