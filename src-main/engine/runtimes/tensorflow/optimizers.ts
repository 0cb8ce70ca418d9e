/** The steps of autodiff/optimizers.ts, where the formulas and their sources are: the same states, moved alike. */
import { betas, epsilon, momentum } from '../../autodiff/optimizers.ts';
import type { Optimizer } from '../../autodiff/step.ts';
import type { TensorFlow, TfTensor } from './value.ts';

export interface Update {
  readonly value: TfTensor;
  readonly gradient: TfTensor;
  /** In the order of `stateOf`. */
  readonly state: readonly TfTensor[];
  readonly learningRate: number;
  /** 0 for a parameter that is spared. */
  readonly weightDecay: number;
  /** 1 for the first one. */
  readonly step: number;
}

export interface Updated {
  readonly value: TfTensor;
  readonly state: readonly TfTensor[];
}

function sgd(
  tf: TensorFlow,
  { value, gradient, state, learningRate, weightDecay }: Update,
): Updated {
  const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(value, weightDecay));
  const next = tf.add(tf.mul(state[0]!, momentum), decayed);
  return { value: tf.sub(value, tf.mul(next, learningRate)), state: [next] };
}

function adamw(tf: TensorFlow, update: Update): Updated {
  const { value, gradient, state, learningRate, weightDecay, step } = update;
  const nextMean = tf.add(tf.mul(state[0]!, betas.mean), gradient);
  const nextSquare = tf.add(tf.mul(state[1]!, betas.square), tf.square(gradient));
  const correction = (beta: number) => 1 - beta ** step;
  const c = Math.sqrt(correction(betas.square) / (1 - betas.square));
  const rate = (learningRate * c * (1 - betas.mean)) / correction(betas.mean);
  const moved = tf.mul(tf.div(nextMean, tf.add(tf.sqrt(nextSquare), c * epsilon)), rate);
  const decayed = weightDecay === 0 ? value : tf.mul(value, 1 - learningRate * weightDecay);
  return { value: tf.sub(decayed, moved), state: [nextMean, nextSquare] };
}

const steps = { sgd, adamw } as const satisfies Record<
  Optimizer,
  (tf: TensorFlow, update: Update) => Updated
>;

export const optimize = (tf: TensorFlow, optimizer: Optimizer, update: Update): Updated =>
  steps[optimizer](tf, update);

/** As autodiff/clip.ts: all gradients scaled by min(1, most / (norm + 1e-6)), the norm that of them together. */
export function clipped(tf: TensorFlow, gradients: readonly TfTensor[], most: number): TfTensor[] {
  const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)));
  const norm = tf.sqrt(tf.addN(squares));
  const factor = tf.minimum(tf.div(most, tf.add(norm, 1e-6)), 1);
  return gradients.map((gradient) => tf.mul(gradient, factor));
}
