/** A part of a network as it is when used: without dropout and gradients, with weights that are fed. */
import { batchesAhead, inBatches } from '../features/ahead.ts';
import type { Features } from '../features/features.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import { withInputs } from '../graph/with-inputs.ts';
import type { Runtime, Session, Values } from '../runtimes/runtime.ts';
import { release, Transfer } from '../runtimes/transfer.ts';

/** Values of trainable parameters, by name. */
export type Weights = Readonly<Record<string, Tensor>>;

/** Weights that stay as they are while training goes on. */
export function copied(weights: Weights): Weights {
  return Object.fromEntries(
    Object.entries(weights).map(([name, tensor]) => [
      name,
      { ...tensor, data: tensor.data.slice() },
    ]),
  );
}

/** Maps of a whole network take much memory: no more at a time than keeps the processor busy. */
export const batchSize = 16;

export class Network {
  readonly #session: Session;
  /** Brings the weights to a device once for all batches. */
  readonly #transfer: Transfer | undefined;
  readonly #atOnce: number;
  readonly #input: string;
  readonly #output: string;

  /**
   * @param graph from features to one vector for each example
   * @param fed those of its initializers that every call gives anew
   * @param atOnce how many examples are computed at once
   */
  static async open(
    runtime: Runtime,
    graph: Graph,
    fed: readonly string[],
    threads: number,
    atOnce: number = batchSize,
  ): Promise<Network> {
    const session = await runtime.open(withInputs(graph, fed), { threads });
    if (!runtime.apart || fed.length === 0) return new Network(session, graph, atOnce, undefined);
    try {
      const values = fed.map((name) => ({ ...graph.initializers.get(name)!, name }));
      return new Network(session, graph, atOnce, await Transfer.open(runtime, values));
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  private constructor(
    session: Session,
    { inputs, outputs }: Graph,
    atOnce: number,
    transfer: Transfer | undefined,
  ) {
    this.#session = session;
    this.#transfer = transfer;
    this.#atOnce = atOnce;
    this.#input = inputs[0]!.name;
    this.#output = outputs[0]!.name;
  }

  /** The output for each of the examples (indices into `features`). */
  async rows(
    weights: Weights,
    features: Features,
    examples: readonly number[],
    signal: AbortSignal,
  ): Promise<Float32Array[]> {
    const brought = this.#transfer ? await this.#transfer.bring(weights) : weights;
    try {
      return await this.#rowsOf(brought, features, examples, signal);
    } finally {
      release(brought);
    }
  }

  async #rowsOf(
    weights: Values,
    features: Features,
    examples: readonly number[],
    signal: AbortSignal,
  ): Promise<Float32Array[]> {
    const rows: Float32Array[] = [];
    const batches = inBatches(examples, this.#atOnce);
    const inputs = batchesAhead(features, batches);
    for (const batch of batches) {
      const { value: data } = await inputs.next();
      const input: Tensor = {
        type: 'float32',
        dims: [batch.length, ...features.dims],
        data: data!,
      };
      const results = await this.#session.run({ ...weights, [this.#input]: input });
      signal.throwIfAborted();
      const output = results[this.#output]!;
      const width = output.dims[1]!;
      for (let i = 0; i < batch.length; i++) {
        rows.push((output.data as Float32Array).slice(i * width, (i + 1) * width));
      }
    }
    return rows;
  }

  async close(): Promise<void> {
    await this.#session.close();
    await this.#transfer?.close();
  }
}
