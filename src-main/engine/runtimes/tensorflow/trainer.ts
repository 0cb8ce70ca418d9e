/** Training a graph on TensorFlow: it takes the gradients itself, and the weights stay where it holds them. */
import { stateOf } from '../../autodiff/optimizers.ts';
import type { Trainable } from '../../autodiff/step.ts';
import type { Graph, Tensor } from '../../graph/graph.ts';
import { head } from '../../graph/head.ts';
import { type Layout, laid } from '../../graph/layout.ts';
import { runningStatistics } from '../../graph/statistics.ts';
import { float32, size } from '../../graph/tensor.ts';
import type { Batch, Part, Trainer, TrainerOptions } from '../../training/trainer.ts';
import { computing } from './failure.ts';
import { type Given, Interpreter, layoutsOf } from './interpreter.ts';
import { crossEntropy } from './loss.ts';
import { clipped, optimize, type Updated } from './optimizers.ts';
import { fromTf, toTf } from './tensors.ts';
import { type TensorFlow, type TfTensor, Value } from './value.ts';

const mask = 'dropout_mask';

interface Learned extends Trainable {
  readonly layout: Layout;
  /** Names of the optimizer's state. */
  readonly state: readonly string[];
}

export class TensorflowTrainer implements Trainer {
  readonly headInputs: number;
  readonly names: readonly string[];
  readonly #tf: TensorFlow;
  readonly #options: TrainerOptions;
  readonly #interpreter: Interpreter;
  readonly #input: string;
  readonly #learned: readonly Learned[];
  readonly #running: readonly string[];
  readonly #layoutOf: (name: string) => Layout;
  /** Parameters, the optimizer's state and running statistics, by name, as the computation wants them. */
  readonly #now = new Map<string, TfTensor>();
  /** All features, where they are held. */
  readonly #held: TfTensor | undefined;
  #steps = 0;

  constructor(tf: TensorFlow, options: TrainerOptions) {
    const { forward, step, features, held } = options;
    this.#tf = tf;
    this.#options = options;
    this.#input = forward.inputs[0]!.name;
    this.headInputs = forward.initializers.get(head.weight)!.dims[1]!;
    const layoutOf = layoutsOf(forward);
    this.#learned = step.trainable.map((each) => ({
      ...each,
      layout: layoutOf(each.name),
      state: stateOf(step.optimizer).map((of) => `${each.name}:${of}`),
    }));
    this.#running = step.statistics === 'batch' ? runningStatistics(forward.nodes) : [];
    this.names = [...this.#learned.map(({ name }) => name), ...this.#running];
    const layouts = new Map(
      this.#learned.flatMap(({ name, state, layout }) =>
        [name, ...state].map((each) => [each, layout] as const),
      ),
    );
    this.#layoutOf = (name) => layouts.get(name) ?? 'channels-first';
    const graph = step.dropout > 0 ? withMask(forward) : forward;
    this.#interpreter = new Interpreter(tf, graph, new Set(this.names));
    for (const name of this.names) this.#set(name, forward.initializers.get(name)!);
    for (const { name, state } of this.#learned) {
      const { dims } = forward.initializers.get(name)!;
      for (const each of state) this.#set(each, float32(dims, new Float32Array(size(dims))));
    }
    this.#held =
      held &&
      tf.keep(this.#asMaps(toTf(tf, float32([held.count, ...features.dims], held.all))).tensor);
  }

  get holdsFeatures(): boolean {
    return this.#held !== undefined;
  }

  async read() {
    const state = Object.fromEntries(
      await Promise.all(
        [...this.#now].map(async ([name, tensor]): Promise<[string, Tensor]> => {
          const found = await fromTf(tensor);
          return [name, laid(found, this.#layoutOf(name), 'channels-first')];
        }),
      ),
    );
    return { state, weights: Object.fromEntries(this.names.map((name) => [name, state[name]!])) };
  }

  restore(state: Readonly<Record<string, Tensor>>, steps: number): void {
    for (const name of this.#now.keys()) {
      const tensor = state[name];
      if (!tensor) throw new Error(`${name} is missing from what was kept`);
      this.#set(name, tensor);
    }
    this.#steps = steps;
  }

  async step({ parts, rateFactor, divisor }: Batch): Promise<number> {
    this.#steps++;
    let loss = 0;
    let sums: readonly TfTensor[] | undefined;
    for (const part of parts) {
      const given = await part();
      const { value, gradients } = computing(() => this.#gradientsOf(given, divisor));
      loss += (await value.data())[0]!;
      value.dispose();
      sums = sums ? this.#added(sums, gradients) : gradients;
    }
    computing(() => this.#move(sums!, rateFactor));
    return loss;
  }

  #set(name: string, tensor: Tensor): void {
    this.#replace(name, toTf(this.#tf, laid(tensor, 'channels-first', this.#layoutOf(name))));
  }

  #replace(name: string, tensor: TfTensor): void {
    this.#now.get(name)?.dispose();
    this.#now.set(name, this.#tf.keep(tensor));
  }

  /** Features as the first operators want them. */
  #asMaps(features: TfTensor): Value {
    const value = new Value(this.#tf, features);
    if (value.rank !== 4) return value;
    const maps = new Value(this.#tf, value.as('channels-last'), 'channels-last');
    features.dispose();
    return maps;
  }

  #featuresOf({ features, labels }: Part): Value {
    const tf = this.#tf;
    const { dims } = this.#options.features;
    if (!('rows' in features)) {
      return this.#asMaps(toTf(tf, float32([labels.length, ...dims], features)));
    }
    const rows = tf.gather(this.#held!, tf.tensor1d([...features.rows], 'int32'));
    return new Value(tf, rows, dims.length === 3 ? 'channels-last' : 'channels-first');
  }

  /** Of the loss of one part with respect to what is learned; running statistics follow. */
  #gradientsOf(part: Part, divisor: number) {
    const tf = this.#tf;
    const { step } = this.#options;
    const renewed = new Map<string, TfTensor>();
    const renew = step.statistics === 'batch' ? collect(tf, renewed) : undefined;
    const found = tf.tidy(() => {
      const fixed: Record<string, Value> = { [this.#input]: this.#featuresOf(part) };
      if (part.dropout) {
        const dims = [part.labels.length, this.headInputs];
        fixed[mask] = new Value(tf, toTf(tf, float32(dims, part.dropout)));
      }
      for (const name of this.#running) fixed[name] = new Value(tf, this.#now.get(name)!);
      const lossOf = (...learned: TfTensor[]) => {
        const given: Given = {
          ...fixed,
          ...Object.fromEntries(
            this.#learned.map(({ name, layout }, i) => [name, new Value(tf, learned[i]!, layout)]),
          ),
        };
        const { [step.logits]: logits } = this.#interpreter.run(given, [step.logits], renew);
        return crossEntropy(tf, logits!.tensor, part, step, divisor) as Scalar;
      };
      const { value, grads } = tf.valueAndGrads(lossOf)(
        this.#learned.map(({ name }) => this.#now.get(name)!),
      );
      return { value: value as TfTensor, gradients: grads };
    });
    for (const [name, tensor] of renewed) this.#replace(name, tensor);
    return found;
  }

  #added(sums: readonly TfTensor[], gradients: readonly TfTensor[]): readonly TfTensor[] {
    const next = this.#tf.tidy(() => sums.map((sum, i) => this.#tf.add(sum, gradients[i]!)));
    this.#tf.dispose([...sums, ...gradients]);
    return next;
  }

  /** One step of the optimizer. */
  #move(gradients: readonly TfTensor[], rateFactor: number): void {
    const tf = this.#tf;
    const { step, learningRate, backboneLearningRate } = this.#options;
    const { clipNorm = 0 } = step;
    const rates = { head: learningRate, backbone: backboneLearningRate };
    const kept = clipNorm > 0 ? tf.tidy(() => clipped(tf, gradients, clipNorm)) : gradients;
    for (const [i, { name, state, group, rateScale = 1, decay }] of this.#learned.entries()) {
      // One after the other, so that no more than one parameter is there twice.
      const updated = tf.tidy(
        () =>
          optimize(tf, step.optimizer, {
            value: this.#now.get(name)!,
            gradient: kept[i]!,
            state: state.map((each) => this.#now.get(each)!),
            learningRate: rates[group] * rateFactor * rateScale,
            weightDecay: decay ? step.weightDecay : 0,
            step: this.#steps,
          }) as Updated & Record<string, TfTensor | TfTensor[]>,
      );
      this.#replace(name, updated.value);
      for (const [at, each] of state.entries()) this.#replace(each, updated.state[at]!);
    }
    tf.dispose([...gradients]);
    if (kept !== gradients) tf.dispose([...kept]);
  }

  async close(): Promise<void> {
    this.#tf.dispose([...this.#now.values()]);
    this.#now.clear();
    this.#held?.dispose();
    this.#interpreter.dispose();
  }
}

type Scalar = import('@tensorflow/tfjs').Scalar;

const collect = (tf: TensorFlow, into: Map<string, TfTensor>) => (name: string, next: TfTensor) => {
  into.get(name)?.dispose();
  into.set(name, tf.keep(next));
};

/** Hidden features are a product with the mask. */
function withMask(forward: Graph): Graph {
  return {
    ...forward,
    inputs: [...forward.inputs, { name: mask, type: 'float32', dims: ['batch', 'features'] }],
    nodes: forward.nodes.map((node) =>
      node.name === head.dropout ? { ...node, op: 'Mul', inputs: [node.inputs[0]!, mask] } : node,
    ),
  };
}
