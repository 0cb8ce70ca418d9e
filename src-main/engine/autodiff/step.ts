/** The agreed names of a training step: what the autodiff gives and the training loop feeds. */
import type { Graph } from '../graph/graph.ts';
import type { Layout } from '../graph/layout.ts';
import type { Half } from './half.ts';

export type Optimizer = 'adamw' | 'sgd';

export interface Trainable {
  /** An initializer of the forward graph. */
  readonly name: string;
  /** Which of the two learning rates applies: the new head's, or the adapted blocks'. */
  readonly group: 'head' | 'backbone';
  /** Weight decay spares biases and normalisation. */
  readonly decay: boolean;
  /** The learning rate is multiplied by it; 1 when absent. */
  readonly rateScale?: number;
}

export interface StepOptions {
  /** The value of the forward graph that holds N x K logits. */
  readonly logits: string;
  readonly trainable: readonly Trainable[];
  readonly optimizer: Optimizer;
  readonly weightDecay: number;
  /** Share of zeros in the mask that the loop feeds as `dropout_mask`; 0 for no such input. */
  readonly dropout: number;
  /**
   * What a BatchNormalization normalises with. `frozen` (the default): the running statistics, as they are.
   * `batch`: the batch's own, while the running ones become slots that follow them (one tenth a step).
   */
  readonly statistics?: 'frozen' | 'batch';
  /** Share of each target that is spread over all classes. */
  readonly labelSmoothing?: number;
  /** How much each class counts in the loss; all alike when absent. */
  readonly classWeights?: readonly number[] | undefined;
  /** Are examples mixed in pairs? Then `mixed_labels` and `share` are inputs too. */
  readonly mixes?: boolean;
  /** The norm of all gradients together that none may exceed; 0, or absent, for no limit. */
  readonly clipNorm?: number;
  /** Are products computed in half precision (see half.ts)? Then `loss_scale` is an input and `gradient_norm` an output. */
  readonly half?: Half | undefined;
}

export interface ParameterSlot {
  /** Graph input that takes the current value; the output `${name}:next` gives the new one. */
  readonly name: string;
  /** As it lies in the step. */
  readonly dims: readonly number[];
  /** Where it is not `channels-first`, its values are to be turned on the way in and out. */
  readonly layout: Layout;
  /**
   * Optimizer state of the same shape, zero at first: inputs by these names, outputs with `:next`. None for
   * running statistics, which no optimizer moves.
   */
  readonly state: readonly string[];
}

/**
 * Forward, loss, backward and optimizer as ONE graph of standard operators.
 *
 * Inputs: the forward graph's own input (N x ...), `labels` (int64, N), `learning_rate` and
 * `backbone_learning_rate` (float32 scalars), `step` (float32 scalar, 1 for the first step: Adam's bias
 * correction), `dropout_mask` (float32, N x F, zeros and 1 / (1 - p)) when dropout is on, `mixed_labels`
 * (int64, N) and `share` (float32 scalar: how much `labels` count against them) when examples are mixed,
 * and every slot's value and state. Outputs: `loss` (float32 scalar, mean over the batch), `logits` (N x K), and every slot's
 * new value and state. N is free. In half precision `loss_scale` (float32 scalar) is an input too, by which gradients are
 * multiplied on their way, and `gradient_norm` (float32 scalar) an output: of all gradients together, without the scale;
 * where it is no number, nothing of the step is to be taken.
 */
export interface StepGraph {
  readonly graph: Graph;
  readonly slots: readonly ParameterSlot[];
}

/**
 * The same step in two graphs, for batches that do not fit into memory: the first is run on one part of
 * the batch after the other, the second once at the end.
 */
export interface AccumulatedStep {
  /**
   * Inputs: the forward graph's own, `labels`, `divisor` (float32 scalar: what the loss of the whole batch
   * is divided by), `dropout_mask` when dropout is on, `mixed_labels` and `share` when examples are mixed, every slot's value, and every learned slot's
   * gradient so far, in half precision `loss_scale`. Outputs: `loss` (this part's share of it), the gradients with this part's
   * added (times the scale) and the running statistics after it.
   */
  readonly gradients: Graph;
  /**
   * Inputs: both learning rates, `step`, in half precision `loss_scale`, and the value, gradient and state of every learned
   * slot. Outputs: their new values and states, in half precision `gradient_norm`.
   */
  readonly update: Graph;
  readonly slots: readonly ParameterSlot[];
}

/** In half precision: what gradients are multiplied by, and what is found of them. */
export const half = { scale: 'loss_scale', norm: 'gradient_norm' } as const;

/** The output that gives the next value of an input. */
export const next = (name: string) => `${name}:next`;

/** The gradient of a parameter. */
export const gradientOf = (name: string) => `${name}:gradient`;
