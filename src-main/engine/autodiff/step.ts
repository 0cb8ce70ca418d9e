/** The agreed names of a training step: what the autodiff gives and the training loop feeds. */
import type { Graph } from '../graph/graph.ts';

export type Optimizer = 'adamw' | 'sgd';

export interface Trainable {
  /** An initializer of the forward graph. */
  readonly name: string;
  /** Which of the two learning rates applies: the new head's, or the adapted blocks'. */
  readonly group: 'head' | 'backbone';
  /** Weight decay spares biases and normalisation. */
  readonly decay: boolean;
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
}

export interface ParameterSlot {
  /** Graph input that takes the current value; the output `${name}:next` gives the new one. */
  readonly name: string;
  readonly dims: readonly number[];
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
 * correction), `dropout_mask` (float32, N x F, zeros and 1 / (1 - p)) when dropout is on, and every slot's
 * value and state. Outputs: `loss` (float32 scalar, mean over the batch), `logits` (N x K), and every slot's
 * new value and state. N is free.
 */
export interface StepGraph {
  readonly graph: Graph;
  readonly slots: readonly ParameterSlot[];
}
