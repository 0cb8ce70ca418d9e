/** Bringing tensors into a device's memory and back. */
import { GraphBuilder } from '../graph/builder.ts';
import type { ValueInfo } from '../graph/graph.ts';
import { isHere, type Runtime, type Session, type Tensors, type Values } from './runtime.ts';

/** An Identity for each value, which the device runs: nothing else crosses over without a computation. */
export class Transfer {
  readonly #names: readonly string[];
  readonly #in: Session;
  readonly #out: Session;

  static async open(runtime: Runtime, values: readonly ValueInfo[]): Promise<Transfer> {
    const g = new GraphBuilder('transfer');
    for (const { name, type, dims } of values) {
      g.input(name, dims, type);
      g.output(g.node('Identity', [name], {}, { output: there(name) }), dims, type);
    }
    const graph = g.build();
    const names = values.map(({ name }) => name);
    const into = await runtime.open(graph, { stays: names.map(there) });
    try {
      return new Transfer(names, into, await runtime.open(graph));
    } catch (error) {
      await into.close();
      throw error;
    }
  }

  private constructor(names: readonly string[], into: Session, out: Session) {
    this.#names = names;
    this.#in = into;
    this.#out = out;
  }

  /** Copies on the device, to be released by the caller. */
  async bring(tensors: Tensors): Promise<Values> {
    const results = await this.#in.runThere(tensors);
    return Object.fromEntries(this.#names.map((name) => [name, results[there(name)]!]));
  }

  /** Copies here of what lies there. */
  async fetch(values: Values): Promise<Tensors> {
    const results = await this.#out.run(values);
    return Object.fromEntries(this.#names.map((name) => [name, results[there(name)]!]));
  }

  async close(): Promise<void> {
    await this.#in.close();
    await this.#out.close();
  }
}

const there = (name: string) => `${name}:there`;

/** Gives back what lies on a device. */
export function release(values: Values): void {
  for (const value of Object.values(values)) if (!isHere(value)) value.release();
}
