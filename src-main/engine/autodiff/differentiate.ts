/** Forward, loss and backward: everything of a training step but the optimizer. */
import { StudioError } from '../../../src-shared/errors.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { ancestors } from '../graph/cut.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { head } from '../graph/head.ts';
import { laidDims } from '../graph/layout.ts';
import { inferShapes } from '../graph/shapes.ts';
import { runningStatistics } from '../graph/statistics.ts';
import { crossEntropy } from './loss.ts';
import { stateOf } from './optimizers.ts';
import { poolFirst } from './pool-first.ts';
import { batchStatisticsNormalization } from './rules/batch-statistics.ts';
import { kernelLayout } from './rules/conv.ts';
import { convolution } from './rules/convolution.ts';
import { normalizedConv, normalizedConvs } from './rules/normalized-conv.ts';
import { flat, rules } from './rules/table.ts';
import { half, type ParameterSlot, type StepOptions } from './step.ts';
import { type Backward, plain, Tape } from './tape.ts';

export interface Differentiated {
  readonly g: GraphBuilder;
  /** Parameters, whose gradients are at the same place in `gradients`. */
  readonly learned: readonly ParameterSlot[];
  /** In half precision times the scale. */
  readonly gradients: readonly string[];
  /** Running statistics, whose next values are at the same place in `renewed`. */
  readonly running: readonly ParameterSlot[];
  readonly renewed: readonly string[];
  readonly loss: string;
  /** N x K. */
  readonly logits: { readonly name: string; readonly dims: readonly (number | string)[] };
}

export interface Inputs {
  /** Names of scalars, right after the labels. */
  readonly scalars: readonly string[];
  /** Does the graph take the states of the optimizer as well? */
  readonly states: boolean;
  /** The one of the scalars by which the loss is divided; the batch's own when absent. */
  readonly divisor?: string;
}

function slotsOf(forward: Graph, { trainable, optimizer }: StepOptions): ParameterSlot[] {
  return trainable.map(({ name }) => {
    const tensor = forward.initializers.get(name);
    if (tensor?.type !== 'float32') {
      throw new Error(`the network "${forward.name}" has no float32 parameter "${name}" to train`);
    }
    const state = stateOf(optimizer).map((each) => `${name}:${each}`);
    return { name, dims: tensor.dims, layout: 'channels-first', state };
  });
}

/** Kernels lie as the convolutions want them, so that no step has to turn them. */
function inOwnLayout(slots: readonly ParameterSlot[], tape: Tape, nodes: readonly Node[]) {
  const layouts = new Map(
    nodes
      .filter(({ op }) => op === 'Conv')
      .map((node) => [node.inputs[1]!, kernelLayout(tape, convolution(tape, node))]),
  );
  return slots.map((slot): ParameterSlot => {
    const layout = layouts.get(slot.name) ?? slot.layout;
    const dims = layout === slot.layout ? slot.dims : laidDims(slot.dims, slot.layout, layout);
    return { ...slot, dims, layout };
  });
}

/** The running mean and variance of every batch normalisation, as slots. */
function runningSlots(forward: Graph, nodes: readonly Node[]): ParameterSlot[] {
  return runningStatistics(nodes).map((name) => {
    const tensor = forward.initializers.get(name);
    if (!tensor) throw new Error(`the network "${forward.name}" has no statistics "${name}"`);
    return { name, dims: tensor.dims, layout: 'channels-first', state: [] };
  });
}

/** Copies a node that no gradient passes through, whatever its operator. */
export function copy(tape: Tape, node: Node): void {
  const inputs = node.inputs.map((name) => (name === '' ? '' : tape.read(name)));
  const outputs = tape.g.nodes(node.op, inputs, node.outputs.length, node.attributes);
  for (const [i, output] of node.outputs.entries()) {
    if (output !== '') tape.define(output, outputs[i]!);
  }
}

/** Writes the nodes of the forward graph and answers how the gradients go back, last node first. */
export function record(
  tape: Tape,
  nodes: readonly Node[],
  mask: string | undefined,
  batchStatistics: boolean,
) {
  const way: { readonly outputs: readonly string[]; readonly backward: Backward }[] = [];
  const normalized = batchStatistics ? new Map<Node, Node>() : normalizedConvs(tape, nodes);
  const norms = new Set(normalized.values());
  for (const node of nodes) {
    if (norms.has(node)) continue;
    const norm = normalized.get(node);
    if (norm) {
      for (const output of norm.outputs) tape.need(output);
      way.unshift({ outputs: norm.outputs, backward: normalizedConv(tape, node, norm) });
      continue;
    }
    // Hidden features are a product with the mask.
    const written =
      mask !== undefined && node.name === head.dropout
        ? { ...node, op: 'Mul', inputs: [node.inputs[0]!, mask] }
        : node;
    const learns = batchStatistics && written.op === 'BatchNormalization';
    if (flat.has(written.op) || !(learns || written.inputs.some((input) => tape.needs(input)))) {
      copy(tape, written);
      continue;
    }
    const rule = learns ? batchStatisticsNormalization : rules[written.op];
    if (!rule) {
      throw new StudioError(
        'refused',
        `The operator ${written.op} ("${written.name}") cannot be trained through: adapt fewer blocks.`,
      );
    }
    for (const output of written.outputs) tape.need(output);
    way.unshift({ outputs: written.outputs, backward: rule(tape, written) });
  }
  return way;
}

/**
 * Writes forward, softmax cross-entropy and backward. Gradients are computed only where a trained
 * parameter needs them, and only with operators that any ONNX runtime has for inference.
 *
 * Throws a StudioError that names an operator which has no rule and lies between a trained parameter and
 * the logits.
 */
export function differentiate(
  forward: Graph,
  options: StepOptions,
  { scalars, states, divisor }: Inputs,
): Differentiated {
  const { logits } = options;
  const { nodes: inOrder, leaves } = ancestors(forward, [logits]);
  const nodes = poolFirst(inOrder);
  const masked = options.dropout > 0 && nodes.find((node) => node.name === head.dropout);
  if (options.dropout > 0 && !masked) {
    throw new Error(`the network "${forward.name}" has no "${head.dropout}" for a mask`);
  }
  const running = options.statistics === 'batch' ? runningSlots(forward, nodes) : [];
  const parameters = slotsOf(forward, options);
  const unused = [...parameters, ...running].find((slot) => !leaves.has(slot.name));
  if (unused) throw new Error(`the logits of "${forward.name}" do not depend on "${unused.name}"`);

  const shapes = new Map(inferShapes(forward, nodes));
  const classes = shapes.get(logits)?.[1];
  if (typeof classes !== 'number') throw new Error(`"${logits}" is no N x K value`);

  const g = new GraphBuilder(`${forward.name}:step`, forward);
  const tape = new Tape(g, forward, shapes, { half: options.half !== undefined });
  for (const input of forward.inputs) {
    g.input(input.name, input.dims, input.type);
    tape.define(input.name, input.name);
  }
  const batch = forward.inputs[0]?.dims[0] ?? 'batch';
  g.input('labels', [batch], 'int64');
  for (const name of scalars) g.input(name, []);
  const mixed = options.mixes
    ? { labels: g.input('mixed_labels', [batch], 'int64'), share: g.input('share', []) }
    : undefined;
  let mask: string | undefined;
  if (masked) {
    mask = 'dropout_mask';
    shapes.set(mask, shapes.get(masked.inputs[0]!)!);
    g.input(mask, shapes.get(mask)!);
    tape.define(mask, mask);
  }
  const learned = inOwnLayout(parameters, tape, nodes);
  for (const slot of [...learned, ...running]) {
    g.input(slot.name, slot.dims);
    if (states) for (const state of slot.state) g.input(state, slot.dims);
    tape.define(slot.name, slot.name, slot.layout);
  }
  for (const { name } of learned) tape.need(name);

  const way = record(tape, nodes, mask, running.length > 0);
  const { loss, gradient } = crossEntropy(g, tape.read(logits), 'labels', {
    ...options,
    classes,
    mixed,
    ...(divisor !== undefined && { divisor }),
  });
  const scaled = options.half ? g.node('Mul', [gradient, g.input(half.scale, [])]) : gradient;
  tape.flow(logits, () => plain(scaled));
  for (const { outputs, backward } of way) {
    const arrived = outputs.map((output) => tape.gradient(output)).find((each) => each);
    if (arrived) backward(arrived);
  }
  return {
    g,
    learned,
    gradients: learned.map(({ name, layout }) => tape.lay(tape.gradient(name)!, layout)),
    running,
    renewed: running.map(({ name }) => tape.renewed(name)),
    loss,
    logits: { name: tape.read(logits), dims: [batch, classes] },
  };
}
