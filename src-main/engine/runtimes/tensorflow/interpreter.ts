/** Computing a graph node by node. */
import type { Graph } from '../../graph/graph.ts';
import { type Layout, laid } from '../../graph/layout.ts';
import { type Counted, countOf, evaluate } from '../../graph/shape-arithmetic.ts';
import { Call, type Renew } from './call.ts';
import { ops } from './ops/table.ts';
import { toTf } from './tensors.ts';
import { type TensorFlow, Value } from './value.ts';

export type Given = Readonly<Record<string, Value>>;

/** How each value of a graph is best held: kernels as the convolutions want them. */
export function layoutsOf({ nodes, initializers, inputs }: Graph): (name: string) => Layout {
  const kernels = new Set<string>();
  const others = new Set<string>();
  for (const { op, inputs } of nodes) {
    for (const [at, name] of inputs.entries()) {
      const isKernel = at === 1 && (op === 'Conv' || op === 'ConvTranspose');
      (isKernel ? kernels : others).add(name);
    }
  }
  const rank = (name: string) =>
    (initializers.get(name) ?? inputs.find((input) => input.name === name))?.dims.length;
  return (name) =>
    kernels.has(name) && !others.has(name) && rank(name) === 4 ? 'taps-first' : 'channels-first';
}

export class Interpreter {
  readonly #tf: TensorFlow;
  readonly #graph: Graph;
  readonly #constants: Given;
  /** Values that nobody reads after the node at this place. */
  readonly #last: readonly (readonly string[])[];

  /** @param given initializers that every run gives anew */
  constructor(tf: TensorFlow, graph: Graph, given: ReadonlySet<string> = new Set()) {
    this.#tf = tf;
    this.#graph = graph;
    this.#last = lastUses(graph);
    const layoutOf = layoutsOf(graph);
    const constants: Record<string, Value> = {};
    for (const [name, tensor] of graph.initializers) {
      if (given.has(name)) continue;
      const layout = layoutOf(name);
      const value = toTf(tf, laid(tensor, 'channels-first', layout));
      constants[name] = new Value(tf, value, layout, { kept: true });
    }
    this.#constants = constants;
  }

  /**
   * The outputs, by name. Runs inside a scope of the library (`tidy`), or leaves behind what no output needs.
   *
   * @param given inputs, and the initializers that were left out
   * @param renew takes the running statistics after this run, where batch normalisations learn from the batch
   */
  run(given: Given, outputs: readonly string[], renew?: Renew): Record<string, Value> {
    const tf = this.#tf;
    const values = new Map<string, Value>();
    const counts = new Map<string, Counted>();
    const stays = new Set(outputs);
    const known = (name: string) => values.get(name) ?? given[name] ?? this.#constants[name];
    const count = (name: string) => {
      const found = counts.get(name) ?? countOf(this.#graph.initializers.get(name));
      if (found) counts.set(name, found);
      return found;
    };
    /** What was only counted becomes a tensor where an operator on data reads it. */
    const read = (name: string): Value | undefined => {
      if (name === '') return undefined;
      const value = known(name);
      if (value) return value;
      const counted = counts.get(name);
      if (!counted) throw new Error(`"${name}" is read before it is made`);
      const data = Int32Array.from(counted.values, Number);
      const made = new Value(tf, toTf(tf, { type: 'int32', dims: counted.dims, data }));
      values.set(name, made);
      return made;
    };
    const dimsOf = (name: string) => known(name)?.dims ?? count(name)?.dims ?? [];
    const surroundings = {
      integers: (name: string) => count(name)?.values as readonly number[] | undefined,
      constants: this.#graph.initializers,
      renew,
    };
    for (const [at, node] of this.#graph.nodes.entries()) {
      const counted = evaluate(node, node.inputs.map(dimsOf), count);
      if (counted) counts.set(node.outputs[0]!, counted);
      else {
        const call = new Call(tf, node, node.inputs.map(read), surroundings);
        const results = [compute(call)].flat();
        for (const [i, name] of node.outputs.entries()) {
          if (name !== '' && results[i]) values.set(name, results[i]);
        }
      }
      for (const name of this.#last[at]!) {
        if (!stays.has(name)) values.get(name)?.dispose();
      }
    }
    return Object.fromEntries(outputs.map((name) => [name, read(name)!]));
  }

  dispose(): void {
    for (const value of Object.values(this.#constants)) value.dispose();
  }
}

function compute(call: Call): Value | readonly Value[] {
  const op = ops[call.node.op];
  if (!op) throw new Error(`TensorFlow lacks the operator ${call.node.op} ("${call.node.name}")`);
  return op(call);
}

function lastUses({ nodes }: Graph): readonly (readonly string[])[] {
  const after = new Map<string, number>();
  for (const [at, { inputs, outputs }] of nodes.entries()) {
    for (const name of [...outputs, ...inputs]) after.set(name, at);
  }
  const last = nodes.map((): string[] => []);
  for (const [name, at] of after) if (name !== '') last[at]!.push(name);
  return last;
}
