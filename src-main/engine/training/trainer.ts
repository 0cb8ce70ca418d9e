/** The training step with its weights and optimizer state: what changes while a run goes on. */
import { laid } from '../autodiff/layout.ts';
import { type AccumulatedStep, gradientOf, type StepGraph } from '../autodiff/step.ts';
import type { Features } from '../features/features.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import { head } from '../graph/head.ts';
import { encodeModel } from '../graph/onnx.ts';
import { float32, int64, size } from '../graph/tensor.ts';
import type { Runtime, Session, Tensors } from '../runtimes/runtime.ts';
import { Carried } from './carried.ts';
import type { Weights } from './network.ts';

/** Examples that are computed at once. */
export interface Part {
  /** One example after the other. */
  readonly features: Float32Array;
  readonly labels: readonly number[];
  readonly dropout: Float32Array | null;
  /** The labels of what the features were mixed with, and how much `labels` count against them. */
  readonly mixed?: { readonly labels: readonly number[]; readonly share: number } | null;
}

export interface Batch {
  /** Made one after the other, so that no more than one need be in memory. */
  readonly parts: readonly (() => Promise<Part>)[];
  /** Both learning rates are multiplied by it. */
  readonly rateFactor: number;
  /** What the sum of the examples' losses is divided by: their number, or the sum of their weights. */
  readonly divisor: number;
}

export interface TrainerOptions {
  readonly runtime: Runtime;
  /** A step in two graphs takes batches of several parts. */
  readonly step: StepGraph | AccumulatedStep;
  /** Holds the initial values of the trainable parameters. */
  readonly forward: Graph;
  readonly features: Pick<Features, 'dims'>;
  readonly learningRate: number;
  readonly backboneLearningRate: number;
  readonly threads: number;
}

const zeros = (dims: readonly number[]) => float32(dims, new Float32Array(size(dims)));

export class Trainer {
  /** F of the head's weights, K x F: the width of a dropout mask. */
  readonly headInputs: number;
  readonly #options: TrainerOptions;
  /** The whole step, or the gradients of a part of the batch. */
  readonly #main: Session;
  /** The optimizer, where the gradients are added up first. */
  readonly #update: Session | undefined;
  readonly #input: string;
  /** What the optimizer moves: parameters and its state. */
  readonly #learned: Carried;
  /** What each part moves: the running statistics of batch normalisations, and the sums of gradients. */
  readonly #running: Carried;
  readonly #sums: Carried;
  #steps = 0;

  static async open(options: TrainerOptions): Promise<Trainer> {
    const { runtime, step, threads } = options;
    const open = (graph: Graph) => runtime.open(encodeModel(graph), { threads });
    if ('graph' in step) return new Trainer(options, await open(step.graph), undefined);
    const gradients = await open(step.gradients);
    try {
      return new Trainer(options, gradients, await open(step.update));
    } catch (error) {
      await gradients.close();
      throw error;
    }
  }

  private constructor(options: TrainerOptions, main: Session, update: Session | undefined) {
    const { step, forward } = options;
    this.#options = options;
    this.#main = main;
    this.#update = update;
    this.#input = forward.inputs[0]!.name;
    this.headInputs = forward.initializers.get(head.weight)!.dims[1]!;
    const learned: Record<string, Tensor> = {};
    const running: Record<string, Tensor> = {};
    const sums: Record<string, Tensor> = {};
    for (const { name, dims, layout, state } of step.slots) {
      const isLearned = state.length > 0;
      const initial = laid(forward.initializers.get(name)!, 'channels-first', layout);
      (isLearned ? learned : running)[name] = initial;
      for (const each of state) learned[each] = zeros(dims);
      if (isLearned && update) sums[gradientOf(name)] = zeros(dims);
    }
    this.#learned = new Carried(learned);
    this.#running = new Carried(running);
    this.#sums = new Carried(sums);
  }

  /** The trainable parameters and running statistics by name, as they are until the next step. */
  get weights(): Weights {
    const now = { ...this.#learned.now, ...this.#running.now };
    return Object.fromEntries(
      this.#options.step.slots.map(({ name, layout }) => [
        name,
        laid(now[name]!, layout, 'channels-first'),
      ]),
    );
  }

  /** All that a step hands to the next, as it lies there until the next step. */
  get state(): Weights {
    return { ...this.#learned.now, ...this.#running.now };
  }

  /** Goes on as one did that was in this state after so many steps. */
  restore(state: Weights, steps: number): void {
    this.#learned.restore(state);
    this.#running.restore(state);
    this.#steps = steps;
  }

  /** One step of the optimizer; gives the mean loss of the batch before it. */
  async step(batch: Batch): Promise<number> {
    this.#steps++;
    return this.#update ? this.#stepInParts(batch, this.#update) : this.#stepAtOnce(batch);
  }

  async #stepAtOnce({ parts, rateFactor }: Batch): Promise<number> {
    const [part, ...others] = parts;
    if (!part || others.length > 0) throw new Error('this step takes a batch as a whole');
    const feeds = { ...this.#fed(await part()), ...this.#rates(rateFactor) };
    return runCarried(this.#main, feeds, [this.#learned, this.#running], ['loss']);
  }

  async #stepInParts({ parts, rateFactor, divisor }: Batch, update: Session): Promise<number> {
    const sums = this.#sums;
    for (const { data } of Object.values(sums.now)) (data as Float32Array).fill(0);
    let loss = 0;
    for (const part of parts) {
      const feeds = {
        ...this.#learned.now,
        ...this.#fed(await part()),
        divisor: float32([], [divisor]),
      };
      loss += await runCarried(this.#main, feeds, [this.#running, sums], ['loss']);
    }
    const feeds = { ...sums.now, ...this.#rates(rateFactor) };
    await runCarried(update, feeds, [this.#learned], []);
    return loss;
  }

  #fed({ features, labels, dropout, mixed }: Part): Tensors {
    const count = labels.length;
    return {
      [this.#input]: float32([count, ...this.#options.features.dims], features),
      labels: int64([count], labels),
      ...(mixed && {
        mixed_labels: int64([count], mixed.labels),
        share: float32([], [mixed.share]),
      }),
      ...(dropout && { dropout_mask: float32([count, this.headInputs], dropout) }),
    };
  }

  #rates(factor: number): Tensors {
    const { learningRate, backboneLearningRate } = this.#options;
    return {
      learning_rate: float32([], [learningRate * factor]),
      backbone_learning_rate: float32([], [backboneLearningRate * factor]),
      step: float32([], [this.#steps]),
    };
  }

  async close(): Promise<void> {
    await this.#main.close();
    await this.#update?.close();
  }
}

/** Runs a graph and takes over what it gives anew; answers the first of the other outputs, if any. */
async function runCarried(
  session: Session,
  feeds: Tensors,
  carried: readonly Carried[],
  others: readonly string[],
): Promise<number> {
  const results = await session.run(
    Object.assign({}, feeds, ...carried.map(({ now }) => now)),
    [...others, ...carried.flatMap(({ outputs }) => outputs)],
    Object.assign({}, ...carried.map(({ into }) => into)),
  );
  for (const each of carried) each.turn(results);
  const [first] = others;
  return first === undefined ? 0 : Number(results[first]!.data[0]);
}
