/** Writing a graph node by node, in the order in which it is computed. */
import type { Attribute, Graph, Node, Tensor, ValueInfo } from './graph.ts';
import { float32, int64 } from './tensor.ts';

/** Old enough for every tool that opens an exported model, new enough for LayerNormalization. */
export const defaultOpset = 17;

/** Is this what the builder calls a constant of a formula, which nothing learns? */
export const isConstantName = (name: string) => /^constant(_\d+)?$/.test(name);

export interface NodeOptions {
  /** Name of the node; its first output is called the same unless `output` says otherwise. */
  readonly name?: string;
  /** Name of the (first) output. */
  readonly output?: string;
}

/**
 * Collects inputs, initializers, nodes and outputs. Every method that makes a value answers its name,
 * so an architecture reads like the formula:
 *
 *     const y = g.node('Relu', [g.node('Conv', [x, g.initializer('w', w)], { pads: [1, 1, 1, 1] })]);
 */
export class GraphBuilder {
  readonly #name: string;
  readonly opset: number;
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Tensor>();
  readonly #metadata: Record<string, string> = {};
  readonly #names = new Set<string>();
  readonly #constants = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  #stated: Graph['stated'];

  constructor(name: string, options: { readonly opset?: number } = {}) {
    this.#name = name;
    this.opset = options.opset ?? defaultOpset;
  }

  /** A builder that goes on where a graph ends: everything of it is there, its outputs too. */
  static from(graph: Graph): GraphBuilder {
    const builder = new GraphBuilder(graph.name, graph);
    for (const input of graph.inputs) builder.input(input.name, input.dims, input.type);
    for (const [name, tensor] of graph.initializers) builder.initializer(name, tensor);
    for (const node of graph.nodes) builder.add(node);
    for (const output of graph.outputs) builder.output(output.name, output.dims, output.type);
    for (const [key, value] of Object.entries(graph.metadata)) builder.metadata(key, value);
    builder.#stated = graph.stated;
    return builder;
  }

  /** A name that no value has yet: `wish`, or `wish_2`, `wish_3`, … */
  fresh(wish: string): string {
    let name = wish;
    while (this.#names.has(name)) {
      const count = (this.#counts.get(wish) ?? 1) + 1;
      this.#counts.set(wish, count);
      name = `${wish}_${count}`;
    }
    return name;
  }

  #claim(name: string): string {
    if (this.#names.has(name)) throw new Error(`the graph has a value "${name}" already`);
    this.#names.add(name);
    return name;
  }

  /** Is there a value of this name already? */
  has(name: string): boolean {
    return this.#names.has(name);
  }

  input(name: string, dims: ValueInfo['dims'], type: ValueInfo['type'] = 'float32'): string {
    this.#inputs.push({ name: this.#claim(name), type, dims });
    return name;
  }

  /** A parameter: named, kept and replaceable. */
  initializer(name: string, tensor: Tensor): string {
    this.#initializers.set(this.#claim(name), tensor);
    return name;
  }

  /**
   * A small constant, made once for all who ask for the same: a number is a scalar, an array a vector;
   * float32 unless said otherwise.
   */
  constant(values: number | readonly number[], type: 'float32' | 'int64' = 'float32'): string {
    const key = `${type} ${typeof values === 'number' ? values : JSON.stringify(values)}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const list = typeof values === 'number' ? [values] : values;
    const dims = typeof values === 'number' ? [] : [values.length];
    const tensor = type === 'int64' ? int64(dims, list) : float32(dims, list);
    const name = this.initializer(this.fresh('constant'), tensor);
    this.#constants.set(key, name);
    return name;
  }

  /** Adds a node with one output and answers the output's name. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    options: NodeOptions = {},
  ): string {
    return this.nodes(op, inputs, 1, attributes, options)[0]!;
  }

  /** Adds a node with several outputs and answers their names. */
  nodes(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, Attribute>> = {},
    options: NodeOptions = {},
  ): string[] {
    const wish = options.output ?? options.name ?? op.toLowerCase();
    const first = options.output ?? this.fresh(wish);
    const outputs = [this.#claim(first)];
    for (let i = 1; i < count; i++) outputs.push(this.#claim(this.fresh(`${first}:${i}`)));
    this.#push({ op, name: options.name ?? first, inputs, outputs, attributes });
    return outputs;
  }

  /** Adds a node that exists already, with its own names. */
  add(node: Node): void {
    for (const output of node.outputs) if (output !== '') this.#claim(output);
    this.#push(node);
  }

  #push(node: Node): void {
    for (const input of node.inputs) {
      if (input !== '' && !this.#names.has(input)) {
        throw new Error(`${node.op} "${node.name}" reads "${input}", which no one has made yet`);
      }
    }
    this.#nodes.push(node);
  }

  output(name: string, dims: ValueInfo['dims'], type: ValueInfo['type'] = 'float32'): void {
    if (!this.#names.has(name)) throw new Error(`the graph has no value "${name}" to give`);
    this.#outputs.push({ name, type, dims });
  }

  metadata(key: string, value: string): void {
    this.#metadata[key] = value;
  }

  build(): Graph {
    return {
      name: this.#name,
      opset: this.opset,
      inputs: [...this.#inputs],
      outputs: [...this.#outputs],
      nodes: [...this.#nodes],
      initializers: new Map(this.#initializers),
      metadata: { ...this.#metadata },
      ...(this.#stated && { stated: this.#stated }),
    };
  }
}
