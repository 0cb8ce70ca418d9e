/** One step of an optimizer as nodes: from a parameter, its gradient and its state to their next values. */
import { assertNever } from '../../../src-shared/errors.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Optimizer } from './step.ts';

export interface Update {
  readonly value: string;
  readonly gradient: string;
  /** In the order of `stateOf`. */
  readonly state: readonly string[];
  /** What the next states are to be called, where that matters. */
  readonly nextState?: readonly string[];
  /** A float32 scalar. */
  readonly learningRate: string;
  /** 0 for a parameter that is spared. */
  readonly weightDecay: number;
  /** A float32 scalar: 1 for the first step. */
  readonly step: string;
}

export interface Updated {
  readonly value: string;
  readonly state: readonly string[];
}

/** The suffixes of a parameter's state, which begins with zeros. */
export function stateOf(optimizer: Optimizer): readonly string[] {
  switch (optimizer) {
    case 'sgd':
      return ['momentum'];
    case 'adamw':
      return ['mean', 'square'];
    default:
      return assertNever(optimizer);
  }
}

const called = (output: string | undefined) => (output === undefined ? {} : { output });

export const momentum = 0.9;

/**
 * As torch.optim.SGD: weight decay is added to the gradient (so it passes through the momentum),
 * m' = 0.9 m + (gradient + decay w), w' = w - rate m'.
 */
function sgd(
  g: GraphBuilder,
  { value, gradient, state, nextState, learningRate, weightDecay }: Update,
): Updated {
  const decayed =
    weightDecay === 0
      ? gradient
      : g.node('Add', [gradient, g.node('Mul', [value, g.constant(weightDecay)])]);
  const kept = g.node('Mul', [state[0]!, g.constant(momentum)]);
  const next = g.node('Add', [kept, decayed], {}, called(nextState?.[0]));
  const moved = g.node('Sub', [value, g.node('Mul', [next, learningRate])]);
  return { value: moved, state: [next] };
}

export const betas = { mean: 0.9, square: 0.999 } as const;
export const epsilon = 1e-8;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019),
 * as torch.optim.AdamW:
 *
 *     m' = b1 m + (1 - b1) gradient            v' = b2 v + (1 - b2) gradient²
 *     w' = w (1 - rate decay) - rate (m' / (1 - b1^t)) / (sqrt(v' / (1 - b2^t)) + epsilon)
 *
 * Large parameters make each pass over them count, so scalars are gathered: the state holds
 * M = m / (1 - b1) and V = v / (1 - b2), and with c = sqrt((1 - b2^t) / (1 - b2))
 *
 *     M' = b1 M + gradient                     V' = b2 V + gradient²
 *     w' = w (1 - rate decay) - (rate c (1 - b1) / (1 - b1^t)) M' / (sqrt(V') + epsilon c)
 */
function adamw(g: GraphBuilder, update: Update): Updated {
  const { value, gradient, state, nextState, learningRate, weightDecay, step } = update;
  const [mean, square] = state as readonly [string, string];
  const one = g.constant(1);
  const scaled = (name: string, factor: number) => g.node('Mul', [name, g.constant(factor)]);
  /** 1 - beta^t */
  const correction = (beta: number) =>
    g.node('Sub', [one, g.node('Pow', [g.constant(beta), step])]);

  const nextMean = g.node('Add', [scaled(mean, betas.mean), gradient], {}, called(nextState?.[0]));
  const squared = g.node('Mul', [gradient, gradient]);
  const kept = scaled(square, betas.square);
  const nextSquare = g.node('Add', [kept, squared], {}, called(nextState?.[1]));

  const c = g.node('Sqrt', [scaled(correction(betas.square), 1 / (1 - betas.square))]);
  const first = scaled(g.node('Mul', [learningRate, c]), 1 - betas.mean);
  const rate = g.node('Div', [first, correction(betas.mean)]);
  const spread = g.node('Add', [g.node('Sqrt', [nextSquare]), scaled(c, epsilon)]);
  const moved = g.node('Mul', [g.node('Div', [nextMean, spread]), rate]);
  const decayed =
    weightDecay === 0
      ? value
      : g.node('Mul', [value, g.node('Sub', [one, scaled(learningRate, weightDecay)])]);
  return { value: g.node('Sub', [decayed, moved]), state: [nextMean, nextSquare] };
}

const steps = { sgd, adamw } as const satisfies Record<
  Optimizer,
  (g: GraphBuilder, update: Update) => Updated
>;

export function optimize(g: GraphBuilder, optimizer: Optimizer, update: Update): Updated {
  return steps[optimizer](g, update);
}
