/** What changes while a run goes on: the weights and the state of the optimizer, moved step by step. */
import type { StepOptions } from '../autodiff/step.ts';
import type { Features, Held } from '../features/features.ts';
import type { Graph } from '../graph/graph.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { GraphTrainer } from './graph-trainer.ts';
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
  readonly step: StepOptions;
  /** Do batches come in several parts? */
  readonly inParts: boolean;
  /** Holds the initial values of the trainable parameters. */
  readonly forward: Graph;
  readonly features: Pick<Features, 'dims'>;
  /** These are brought to the device once, and each part names its rows. */
  readonly held?: Held | undefined;
  readonly learningRate: number;
  readonly backboneLearningRate: number;
  readonly threads: number;
}

export interface Trainer {
  /** F of the head's weights, K x F: the width of a dropout mask. */
  readonly headInputs: number;
  /** Trainable parameters and running statistics. */
  readonly names: readonly string[];
  /** Do its parts name rows of the features, rather than bring them? */
  readonly holdsFeatures: boolean;
  /** One step of the optimizer; gives the mean loss of the batch before it. */
  step(batch: Batch): Promise<number>;
  /**
   * What the steps hand on, as it is until the next step and as the forward graph has it: `weights`, and `state`,
   * those with the optimizer's state, from which any runtime goes on.
   */
  read(): Promise<{ readonly state: Weights; readonly weights: Weights }>;
  /** Goes on as one did that was in this state after so many steps. */
  restore(state: Weights, steps: number): void;
  close(): Promise<void>;
}

/** A runtime that takes gradients itself trains the graph; the others are given the step as a graph. */
export function openTrainer(options: TrainerOptions): Promise<Trainer> {
  return options.runtime.trainer?.(options) ?? GraphTrainer.open(options);
}
