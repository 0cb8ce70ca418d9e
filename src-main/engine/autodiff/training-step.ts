/** Putting the training step together: forward, loss, backward and optimizer. */
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { clipped, normOf } from './clip.ts';
import { differentiate } from './differentiate.ts';
import { productsInHalf } from './half.ts';
import { optimize } from './optimizers.ts';
import {
  type AccumulatedStep,
  gradientOf,
  half,
  next,
  type ParameterSlot,
  type StepGraph,
  type StepOptions,
  type Trainable,
} from './step.ts';

const rates = { head: 'learning_rate', backbone: 'backbone_learning_rate' } as const;
/** What the optimizer takes besides the parameters. */
const scalars = [rates.head, rates.backbone, 'step'];

/** Makes one graph of all; step.ts says what it takes and gives. Throws like `differentiate`. */
export function trainingStep(forward: Graph, options: StepOptions): StepGraph {
  const { g, learned, gradients, running, renewed, loss, logits } = differentiate(
    forward,
    options,
    { scalars, states: true },
  );
  g.output(loss, []);
  g.output(g.node('Identity', [logits.name], {}, { output: 'logits' }), logits.dims);
  updateAll(g, learned, gradients, options);
  for (const [i, slot] of running.entries()) give(g, slot.name, renewed[i]!, slot.dims);
  return { graph: inPrecision(g.build(), options), slots: [...learned, ...running] };
}

const inPrecision = (graph: Graph, { half }: StepOptions) =>
  half ? productsInHalf(graph, half) : graph;

/** Makes two graphs of the same; step.ts says what they take and give. Throws like `differentiate`. */
export function accumulatedStep(forward: Graph, options: StepOptions): AccumulatedStep {
  const divisor = 'divisor';
  const { g, learned, gradients, running, renewed, loss } = differentiate(forward, options, {
    scalars: [divisor],
    states: false,
    divisor,
  });
  g.output(loss, []);
  for (const [i, { name, dims }] of learned.entries()) {
    const before = g.input(gradientOf(name), dims);
    give(g, before, g.node('Add', [before, gradients[i]!]), dims);
  }
  for (const [i, slot] of running.entries()) give(g, slot.name, renewed[i]!, slot.dims);

  const u = new GraphBuilder(`${forward.name}:update`, forward);
  for (const name of options.half ? [...scalars, half.scale] : scalars) u.input(name, []);
  for (const { name, dims, state } of learned) {
    for (const each of [name, gradientOf(name), ...state]) u.input(each, dims);
  }
  const sums = learned.map(({ name }) => gradientOf(name));
  updateAll(u, learned, sums, options);
  return {
    gradients: inPrecision(g.build(), options),
    update: u.build(),
    slots: [...learned, ...running],
  };
}

/** Gives a next value out. */
function give(g: GraphBuilder, name: string, value: string, dims: readonly number[]): void {
  g.output(g.node('Identity', [value], {}, { output: next(name) }), dims);
}

/** Without the scale of the loss, and their norm given out. */
function unscaled(g: GraphBuilder, gradients: readonly string[]): string[] {
  const inverse = g.node('Div', [g.constant(1), half.scale]);
  const whole = gradients.map((name) => g.node('Mul', [name, inverse]));
  g.output(g.node('Identity', [normOf(g, whole)], {}, { output: half.norm }), []);
  return whole;
}

/** Writes every parameter's next value and state, and gives them out. */
function updateAll(
  g: GraphBuilder,
  learned: readonly ParameterSlot[],
  gradients: readonly string[],
  options: StepOptions,
): void {
  const { clipNorm = 0 } = options;
  const whole = options.half ? unscaled(g, gradients) : gradients;
  const kept = clipNorm > 0 ? clipped(g, whole, clipNorm) : whole;
  const scaledRates = new Map<string, string>();
  const rateOf = ({ group, rateScale = 1 }: Trainable) => {
    const key = `${group} ${rateScale}`;
    const known = scaledRates.get(key);
    if (known !== undefined) return known;
    const name = rates[group];
    const scaled = rateScale === 1 ? name : g.node('Mul', [name, g.constant(rateScale)]);
    scaledRates.set(key, scaled);
    return scaled;
  };
  for (const [i, slot] of learned.entries()) {
    const trainable = options.trainable[i]!;
    update(g, slot, kept[i]!, rateOf(trainable), trainable, options);
  }
}

function update(
  g: GraphBuilder,
  slot: ParameterSlot,
  gradient: string,
  learningRate: string,
  { decay }: Trainable,
  { optimizer, weightDecay }: StepOptions,
): void {
  // Over trailing axes of one, as 1x1 kernels have them, the runtime goes step by step: as vectors, then.
  const asVector = slot.dims.length > 1 && slot.dims.at(-1) === 1;
  const vector = (name: string) => g.node('Reshape', [name, g.constant([-1], 'int64')]);
  const flat = (name: string) => (asVector ? vector(name) : name);
  const updated = optimize(g, optimizer, {
    value: flat(slot.name),
    gradient: flat(gradient),
    state: slot.state.map(flat),
    // By their own names: a copy of every state would be a pass over it.
    ...(!asVector && { nextState: slot.state.map(next) }),
    learningRate,
    weightDecay: decay ? weightDecay : 0,
    step: 'step',
  });
  if (!asVector) {
    give(g, slot.name, updated.value, slot.dims);
    for (const state of updated.state) g.output(state, slot.dims);
    return;
  }
  const giveWhole = (name: string, value: string) => {
    const dims = g.constant(slot.dims, 'int64');
    g.output(g.node('Reshape', [value, dims], {}, { output: next(name) }), slot.dims);
  };
  giveWhole(slot.name, updated.value);
  for (const [at, state] of slot.state.entries()) giveWhole(state, updated.state[at]!);
}
