/** The trained part without dropout and gradients: from features to logits, with weights that are fed. */
import type { Features } from '../features/features.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import type { Runtime, Session } from '../runtimes/runtime.ts';

/** Values of the trainable parameters, by name. */
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

const batchSize = 32;

export class Classifier {
  readonly #session: Session;
  readonly #input: string;

  /**
   * @param forward from features to `logits`
   * @param trainable those of its initializers that every call gives anew
   */
  static async open(
    runtime: Runtime,
    forward: Graph,
    trainable: readonly string[],
    threads: number,
  ): Promise<Classifier> {
    const session = await runtime.open(encodeModel(withInputs(forward, trainable)), { threads });
    return new Classifier(session, forward.inputs[0]!.name);
  }

  private constructor(session: Session, input: string) {
    this.#session = session;
    this.#input = input;
  }

  /** One row of logits for each of the examples (indices into `features`). */
  async logits(
    weights: Weights,
    features: Features,
    examples: readonly number[],
    signal: AbortSignal,
  ): Promise<Float32Array[]> {
    const rows: Float32Array[] = [];
    for (let at = 0; at < examples.length; at += batchSize) {
      const batch = examples.slice(at, at + batchSize);
      const dims = [batch.length, ...features.dims];
      const data = features.gather(batch);
      const { logits } = await this.#session.run(
        { ...weights, [this.#input]: { type: 'float32', dims, data } },
        ['logits'],
      );
      signal.throwIfAborted();
      const classes = logits!.dims[1]!;
      for (let i = 0; i < batch.length; i++) {
        rows.push((logits!.data as Float32Array).slice(i * classes, (i + 1) * classes));
      }
    }
    return rows;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}

/** The same graph with some of its initializers as inputs. */
function withInputs(graph: Graph, names: readonly string[]): Graph {
  const initializers = new Map(graph.initializers);
  const added = names.map((name) => {
    const { type, dims } = initializers.get(name)!;
    initializers.delete(name);
    return { name, type, dims };
  });
  return { ...graph, inputs: [...graph.inputs, ...added], initializers };
}
