/** The training step with its weights and optimizer state: what changes while a run goes on. */
import { laid } from '../autodiff/layout.ts';
import { type AccumulatedStep, gradientOf, next, type StepGraph } from '../autodiff/step.ts';
import type { Features, Held } from '../features/features.ts';
import type { Graph, Tensor, ValueInfo } from '../graph/graph.ts';
import { head } from '../graph/head.ts';
import { encodeModel } from '../graph/onnx.ts';
import { float32, int64, size } from '../graph/tensor.ts';
import type { Runtime, Session, Tensors, Values } from '../runtimes/runtime.ts';
import { release, Transfer } from '../runtimes/transfer.ts';
import { Carried } from './carried.ts';
import { fromRows, held as heldNames } from './held-features.ts';
import type { Weights } from './network.ts';

/** Examples that are computed at once. */
export interface Part {
  /** One example after the other; or, where the trainer holds all features, the rows they are in. */
  readonly features: Float32Array | { readonly rows: readonly number[] };
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
  /** These are brought to the device once, and each part names its rows. */
  readonly held?: Held | undefined;
  readonly learningRate: number;
  readonly backboneLearningRate: number;
  readonly threads: number;
}

const zeros = (dims: readonly number[]) => float32(dims, new Float32Array(size(dims)));

/** What is on a device other than the processor, besides what is carried. */
interface There {
  readonly state: Transfer;
  features: Values;
  zeros: Values;
}

interface Parts {
  readonly main: Session;
  readonly update: Session | undefined;
  readonly opened: readonly { close(): Promise<void> }[];
  readonly carried: ReturnType<typeof initialState>;
  readonly there: There | undefined;
}

export class Trainer {
  /** F of the head's weights, K x F: the width of a dropout mask. */
  readonly headInputs: number;
  readonly #options: TrainerOptions;
  /** The whole step, or the gradients of a part of the batch. */
  readonly #main: Session;
  /** The optimizer, where the gradients are added up first. */
  readonly #update: Session | undefined;
  readonly #opened: Parts['opened'];
  readonly #there: There | undefined;
  readonly #input: string;
  /** What the optimizer moves: parameters and its state. */
  readonly #learned: Carried;
  /** What each part moves: the running statistics of batch normalisations, and the sums of gradients. */
  readonly #running: Carried;
  readonly #sums: Carried;
  #steps = 0;

  static async open(options: TrainerOptions): Promise<Trainer> {
    const { runtime, step, threads, forward, held, features } = options;
    const opened: { close(): Promise<void> }[] = [];
    const open = async (graph: Graph, stays: readonly string[]) => {
      const session = await runtime.open(encodeModel(graph), { threads, stays });
      opened.push(session);
      return session;
    };
    const transferOf = async (values: readonly ValueInfo[]) => {
      const transfer = await Transfer.open(runtime, values);
      opened.push(transfer);
      return transfer;
    };
    const input = forward.inputs[0]!.name;
    const taking = (graph: Graph) => (held ? fromRows(graph, input, features.dims, held) : graph);
    const carried = initialState(options);
    const nexts = (values: Tensors) => Object.keys(values).map(next);
    const { learned, running, sums } = carried;
    try {
      const isWhole = 'graph' in step;
      const main = isWhole
        ? await open(taking(step.graph), [...nexts(learned), ...nexts(running)])
        : await open(taking(step.gradients), [...nexts(running), ...nexts(sums)]);
      const update = isWhole ? undefined : await open(step.update, nexts(learned));
      const there: There | undefined =
        runtime.device === 'cpu'
          ? undefined
          : {
              state: await transferOf(infosOf({ ...learned, ...running })),
              features: {},
              zeros: {},
            };
      if (there && held) {
        const value: Tensor = float32([held.count, ...features.dims], held.all);
        // Its session stays open: what it brought lies in its memory.
        const transfer = await transferOf(infosOf({ [heldNames.features]: value }));
        there.features = await transfer.bring({ [heldNames.features]: value });
      }
      if (there && update) there.zeros = await (await transferOf(infosOf(sums))).bring(sums);
      return new Trainer(options, { main, update, opened, carried, there });
    } catch (error) {
      for (const each of opened) await each.close();
      throw error;
    }
  }

  private constructor(options: TrainerOptions, parts: Parts) {
    const { forward } = options;
    this.#options = options;
    this.#main = parts.main;
    this.#update = parts.update;
    this.#opened = parts.opened;
    this.#there = parts.there;
    this.#input = forward.inputs[0]!.name;
    this.headInputs = forward.initializers.get(head.weight)!.dims[1]!;
    this.#learned = new Carried(parts.carried.learned);
    this.#running = new Carried(parts.carried.running);
    this.#sums = new Carried(parts.carried.sums);
  }

  /** Do its parts name rows of the features, rather than bring them? */
  get holdsFeatures(): boolean {
    return this.#options.held !== undefined;
  }

  /**
   * Reads what the steps hand on, as it is until the next step: `state`, all of it as it lies there, and
   * `weights`, the trainable parameters and running statistics as the forward graph has them.
   */
  async read(): Promise<{ readonly state: Weights; readonly weights: Weights }> {
    const now = { ...this.#learned.now, ...this.#running.now };
    const state = this.#there ? await this.#there.state.fetch(now) : (now as Tensors);
    const { slots } = this.#options.step;
    const weights = slots.map(({ name, layout }) => [
      name,
      laid(state[name]!, layout, 'channels-first'),
    ]);
    return { state, weights: Object.fromEntries(weights) };
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
    if (this.#there) sums.restore(this.#there.zeros);
    else for (const value of Object.values(sums.now)) zero(value as Tensor);
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

  #fed({ features, labels, dropout, mixed }: Part): Values {
    const count = labels.length;
    return {
      ...('rows' in features
        ? { ...this.#heldFeatures(), [heldNames.rows]: int64([count], features.rows) }
        : { [this.#input]: float32([count, ...this.#options.features.dims], features) }),
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

  #heldFeatures(): Values {
    const { held, features } = this.#options;
    if (this.#there) return this.#there.features;
    return { [heldNames.features]: float32([held!.count, ...features.dims], held!.all) };
  }

  async close(): Promise<void> {
    for (const each of [this.#learned, this.#running, this.#sums]) each.close();
    if (this.#there) {
      release(this.#there.features);
      release(this.#there.zeros);
    }
    for (const each of this.#opened) await each.close();
  }
}

const zero = ({ data }: Tensor) => (data as Float32Array).fill(0);

const infosOf = (tensors: Tensors): ValueInfo[] =>
  Object.entries(tensors).map(([name, { type, dims }]) => ({ name, type, dims }));

/** Parameters as they lie in the step, with the optimizer's state, running statistics, and sums of gradients. */
function initialState({ step, forward }: TrainerOptions) {
  const learned: Record<string, Tensor> = {};
  const running: Record<string, Tensor> = {};
  const sums: Record<string, Tensor> = {};
  for (const { name, dims, layout, state } of step.slots) {
    const isLearned = state.length > 0;
    const initial = laid(forward.initializers.get(name)!, 'channels-first', layout);
    (isLearned ? learned : running)[name] = initial;
    for (const each of state) learned[each] = zeros(dims);
    if (isLearned && !('graph' in step)) sums[gradientOf(name)] = zeros(dims);
  }
  return { learned, running, sums };
}

/** Runs a graph and takes over what it gives anew; answers the first of the other outputs, if any. */
async function runCarried(
  session: Session,
  feeds: Values,
  carried: readonly Carried[],
  others: readonly string[],
): Promise<number> {
  const results = await session.runThere(
    Object.assign({}, feeds, ...carried.map(({ now }) => now)),
    [...others, ...carried.flatMap(({ outputs }) => outputs)],
    Object.assign({}, ...carried.map(({ into }) => into)),
  );
  for (const each of carried) each.turn(results);
  const [first] = others;
  return first === undefined ? 0 : Number((results[first] as Tensor).data[0]);
}
