/** The training step with its weights and optimizer state: what changes while a run goes on. */
import type { StepGraph } from '../autodiff/step.ts';
import type { Features } from '../features/features.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import { head } from '../graph/head.ts';
import { encodeModel } from '../graph/onnx.ts';
import { float32, int64, size } from '../graph/tensor.ts';
import type { Runtime, Session, Tensors } from '../runtimes/runtime.ts';
import type { Weights } from './network.ts';

export interface Batch {
  /** One example after the other. */
  readonly features: Float32Array;
  readonly labels: readonly number[];
  /** Both learning rates are multiplied by it. */
  readonly rateFactor: number;
  readonly dropout: Float32Array | null;
}

export interface TrainerOptions {
  readonly runtime: Runtime;
  readonly step: StepGraph;
  /** Holds the initial values of the trainable parameters. */
  readonly forward: Graph;
  readonly features: Pick<Features, 'dims'>;
  readonly learningRate: number;
  readonly backboneLearningRate: number;
  readonly threads: number;
}

export class Trainer {
  /** F of the head's weights, K x F: the width of a dropout mask. */
  readonly headInputs: number;
  readonly #options: TrainerOptions;
  readonly #session: Session;
  readonly #input: string;
  readonly #outputs: readonly string[];
  /** Values and optimizer state, by input name. */
  #state: Tensors;
  /** Where the next step writes them: two sets take turns, and no step allocates any. */
  #spare: Tensors = {};
  #steps = 0;

  static async open(options: TrainerOptions): Promise<Trainer> {
    const { runtime, step, threads } = options;
    return new Trainer(options, await runtime.open(encodeModel(step.graph), { threads }));
  }

  private constructor(options: TrainerOptions, session: Session) {
    const { step, forward } = options;
    this.#options = options;
    this.#session = session;
    this.#input = forward.inputs[0]!.name;
    this.headInputs = forward.initializers.get(head.weight)!.dims[1]!;
    const initial: Record<string, Tensor> = {};
    for (const { name, dims, state } of step.slots) {
      initial[name] = forward.initializers.get(name)!;
      for (const each of state) initial[each] = float32(dims, new Float32Array(size(dims)));
    }
    this.#outputs = ['loss', ...Object.keys(initial).map(next)];
    this.#state = initial;
  }

  /** The trainable parameters by name, as they are until the step after the next. */
  get weights(): Weights {
    return Object.fromEntries(
      this.#options.step.slots.map(({ name }) => [name, this.#state[name]!]),
    );
  }

  /** One step of the optimizer; gives the mean loss of the batch before it. */
  async step({ features, labels, rateFactor, dropout }: Batch): Promise<number> {
    const { learningRate, backboneLearningRate } = this.#options;
    const count = labels.length;
    this.#steps++;
    const feeds: Record<string, Tensor> = {
      ...this.#state,
      [this.#input]: float32([count, ...this.#options.features.dims], features),
      labels: int64([count], labels),
      learning_rate: float32([], [learningRate * rateFactor]),
      backbone_learning_rate: float32([], [backboneLearningRate * rateFactor]),
      step: float32([], [this.#steps]),
    };
    if (dropout) feeds.dropout_mask = float32([count, this.headInputs], dropout);
    const into = Object.entries(this.#spare).map(([name, to]) => [next(name), to]);

    const results = await this.#session.run(feeds, this.#outputs, Object.fromEntries(into));
    // The initial values belong to the graph, and are not written to.
    this.#spare = this.#steps > 1 ? this.#state : {};
    this.#state = Object.fromEntries(
      Object.keys(this.#state).map((name) => [name, results[next(name)]!]),
    );
    return Number(results.loss!.data[0]);
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}

/** The output that gives the new value of an input. */
function next(name: string): string {
  return `${name}:next`;
}
