/** The training step as a graph that a runtime runs, with the weights and optimizer state it is fed. */
import {
  type AccumulatedStep,
  gradientOf,
  half,
  next,
  type ParameterSlot,
  type StepGraph,
} from '../autodiff/step.ts';
import { accumulatedStep, trainingStep } from '../autodiff/training-step.ts';
import type { Graph, Tensor, ValueInfo } from '../graph/graph.ts';
import { head } from '../graph/head.ts';
import { type Layout, laid } from '../graph/layout.ts';
import { float32, int64, size } from '../graph/tensor.ts';
import type { Session, Tensors, Values } from '../runtimes/runtime.ts';
import { release, Transfer } from '../runtimes/transfer.ts';
import { Carried, runCarried } from './carried.ts';
import { fromRows, held as heldNames } from './held-features.ts';
import { LossScale } from './loss-scale.ts';
import type { Weights } from './network.ts';
import type { Batch, Part, Trainer, TrainerOptions } from './trainer.ts';

const zeros = (dims: readonly number[]) => float32(dims, new Float32Array(size(dims)));

/** What is on a device other than the processor, besides what is carried. */
interface There {
  readonly state: Transfer;
  features: Values;
  zeros: Values;
}

interface Parts {
  readonly slots: readonly ParameterSlot[];
  readonly main: Session;
  readonly update: Session | undefined;
  readonly opened: readonly { close(): Promise<void> }[];
  readonly carried: ReturnType<typeof initialState>;
  readonly there: There | undefined;
}

export class GraphTrainer implements Trainer {
  readonly headInputs: number;
  readonly names: readonly string[];
  readonly #options: TrainerOptions;
  /** The whole step, or the gradients of a part of the batch. */
  readonly #main: Session;
  /** The optimizer, where the gradients are added up first. */
  readonly #update: Session | undefined;
  readonly #opened: Parts['opened'];
  /** How each of what is carried lies in the step. */
  readonly #layouts: ReadonlyMap<string, Layout>;
  readonly #there: There | undefined;
  readonly #input: string;
  /** What the optimizer moves: parameters and its state. */
  readonly #learned: Carried;
  /** What each part moves: the running statistics of batch normalisations, and the sums of gradients. */
  readonly #running: Carried;
  readonly #sums: Carried;
  /** In half precision. */
  readonly #scale: LossScale | undefined;
  #steps = 0;

  static async open(options: TrainerOptions): Promise<GraphTrainer> {
    const { runtime, threads, forward, held, features } = options;
    const step = (options.inParts ? accumulatedStep : trainingStep)(forward, options.step);
    const opened: { close(): Promise<void> }[] = [];
    const open = async (graph: Graph, stays: readonly string[]) => {
      const session = await runtime.open(graph, { threads, stays, inPlace: true });
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
    const carried = initialState(step, forward);
    const nexts = (values: Tensors) => Object.keys(values).map(next);
    const { learned, running, sums } = carried;
    try {
      const isWhole = 'graph' in step;
      const main = isWhole
        ? await open(taking(step.graph), [...nexts(learned), ...nexts(running)])
        : await open(taking(step.gradients), [...nexts(running), ...nexts(sums)]);
      const update = isWhole ? undefined : await open(step.update, nexts(learned));
      const there: There | undefined = !runtime.apart
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
      return new GraphTrainer(options, { main, update, opened, carried, there, slots: step.slots });
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
    this.names = parts.slots.map(({ name }) => name);
    this.#layouts = new Map(
      parts.slots.flatMap(({ name, layout, state }) =>
        [name, ...state].map((each) => [each, layout] as const),
      ),
    );
    this.#input = forward.inputs[0]!.name;
    this.#scale = options.step.half ? new LossScale() : undefined;
    this.headInputs = forward.initializers.get(head.weight)!.dims[1]!;
    this.#learned = new Carried(parts.carried.learned);
    this.#running = new Carried(parts.carried.running);
    this.#sums = new Carried(parts.carried.sums);
  }

  get holdsFeatures(): boolean {
    return this.#options.held !== undefined;
  }

  async read(): Promise<{ readonly state: Weights; readonly weights: Weights }> {
    const now = { ...this.#learned.now, ...this.#running.now };
    const found = this.#there ? await this.#there.state.fetch(now) : (now as Tensors);
    const state = Object.fromEntries(
      Object.entries(found).map(([name, tensor]) => [
        name,
        laid(tensor, this.#layouts.get(name)!, 'channels-first'),
      ]),
    );
    return {
      state: { ...state, ...this.#scale?.state },
      weights: Object.fromEntries(this.names.map((name) => [name, state[name]!])),
    };
  }

  restore(kept: Weights, steps: number): void {
    const state = Object.fromEntries(
      [...this.#layouts].map(([name, layout]) => {
        const tensor = kept[name];
        if (!tensor) throw new Error(`${name} is missing from what was kept`);
        return [name, laid(tensor, 'channels-first', layout)];
      }),
    );
    this.#learned.restore(state);
    this.#running.restore(state);
    this.#scale?.restore(kept);
    this.#steps = steps;
  }

  async step(batch: Batch): Promise<number> {
    this.#steps++;
    return this.#update ? this.#stepInParts(batch, this.#update) : this.#stepAtOnce(batch);
  }

  async #stepAtOnce({ parts, rateFactor }: Batch): Promise<number> {
    const [part, ...others] = parts;
    if (!part || others.length > 0) throw new Error('this step takes a batch as a whole');
    const feeds = { ...this.#fed(await part()), ...this.#rates(rateFactor), ...this.#scaled() };
    const carried = [this.#learned, this.#running];
    const scalars = ['loss', ...this.#norm()];
    const { loss } = await runCarried(this.#main, feeds, carried, scalars, (found) =>
      this.#takes(found),
    );
    return loss!;
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
        ...this.#scaled(),
      };
      const found = await runCarried(this.#main, feeds, [this.#running, sums], ['loss']);
      loss += found.loss!;
    }
    const feeds = { ...sums.now, ...this.#rates(rateFactor), ...this.#scaled() };
    await runCarried(update, feeds, [this.#learned], this.#norm(), (found) => this.#takes(found));
    return loss;
  }

  #scaled(): Tensors {
    return this.#scale ? { [half.scale]: this.#scale.now } : {};
  }

  #norm(): readonly string[] {
    return this.#scale ? [half.norm] : [];
  }

  /** A step that is not taken was none: the optimizer does not count it. */
  #takes(found: Readonly<Record<string, number>>): boolean {
    const takes = this.#scale?.judges(found[half.norm]!) ?? true;
    if (!takes) this.#steps--;
    return takes;
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
function initialState(step: StepGraph | AccumulatedStep, forward: Graph) {
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
