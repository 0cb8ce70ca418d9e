/** Softmax cross-entropy, averaged over the batch. */
import type { GraphBuilder } from '../graph/builder.ts';
import { dataTypes } from '../graph/onnx-schema.ts';

export interface LossOptions {
  readonly classes: number;
  /** Share of each target that is spread evenly over all classes (Szegedy et al. 2016, section 7). */
  readonly labelSmoothing?: number;
  /** How much each class counts; all alike when absent. */
  readonly classWeights?: readonly number[] | undefined;
  /** Second labels and the share (a scalar) of the first ones, where examples are mixed in pairs. */
  readonly mixed?: { readonly labels: string; readonly share: string } | undefined;
  /** A scalar to divide by, where the batch is only a part of what is averaged over. */
  readonly divisor?: string;
}

/**
 * As torch.nn.functional.cross_entropy with `weight` and `label_smoothing`. With targets
 * t = (1 - smoothing) one-hot + smoothing / K and class weights w
 *
 *     loss = -sum over pictures i and classes k of t_ik w_k log softmax(logits)_ik / D
 *
 * where D is the sum of the weights of the pictures' classes: their number, without weights. Where pictures
 * are mixed, one-hot is share * one-hot(first labels) + (1 - share) * one-hot(second ones), and their weights
 * are mixed likewise (Zhang et al. 2018, "mixup", section 2; Yun et al. 2019, "CutMix", equation 1).
 *
 * @param logits N x K. @param labels N, int64, each from 0 to K - 1.
 * @returns the loss (a scalar) and its gradient with respect to the logits.
 */
export function crossEntropy(
  g: GraphBuilder,
  logits: string,
  labels: string,
  { classes, labelSmoothing = 0, classWeights, mixed, divisor }: LossOptions,
): { readonly loss: string; readonly gradient: string } {
  const weights = classWeights && g.constant(classWeights);
  const depth = g.constant([classes], 'int64');
  const spread = labelSmoothing / classes;
  const values = g.constant([spread, 1 - labelSmoothing + spread]);
  const oneHot = (of: string) => g.node('OneHot', [of, depth, values], { axis: -1 });
  const targets = mixed
    ? blended(g, oneHot(labels), oneHot(mixed.labels), mixed.share)
    : oneHot(labels);
  const expected = weights ? g.node('Mul', [targets, weights]) : targets;
  const by = divisor ?? divisorOf(g, labels, weights, mixed);

  // In steps, with the largest logit taken off: WebGPU lacks the operator LogSoftmax.
  const last = g.constant([-1], 'int64');
  // Its axes are an attribute before opset 18, and an input from then on.
  const largest =
    g.opset < 18
      ? g.node('ReduceMax', [logits], { axes: [-1] })
      : g.node('ReduceMax', [logits, last]);
  const shifted = g.node('Sub', [logits, largest]);
  const exponentials = g.node('Exp', [shifted]);
  const sums = g.node('ReduceSum', [exponentials, last]);
  const logProbabilities = g.node('Sub', [shifted, g.node('Log', [sums])]);
  const hits = g.node('Mul', [logProbabilities, expected]);
  const sum = g.node('ReduceSum', [hits, g.constant([0, 1], 'int64')], { keepdims: 0 });
  const mean = g.node('Div', [g.node('Neg', [sum]), by]);

  const probabilities = g.node('Div', [exponentials, sums]);
  // Without weights the targets of a picture add up to one.
  const total = weights && g.node('ReduceSum', [expected, g.constant([1], 'int64')]);
  const given = total ? g.node('Mul', [probabilities, total]) : probabilities;
  return {
    // What it is divided by may be a vector of one; Squeeze makes the loss a scalar.
    loss: g.node('Squeeze', [mean], {}, { output: 'loss' }),
    gradient: g.node('Div', [g.node('Sub', [given, expected]), by]),
  };
}

/** share * a + (1 - share) * b. */
function blended(g: GraphBuilder, a: string, b: string, share: string): string {
  const others = g.node('Sub', [g.constant(1), share]);
  return g.node('Add', [g.node('Mul', [a, share]), g.node('Mul', [b, others])]);
}

function divisorOf(
  g: GraphBuilder,
  labels: string,
  weights: string | undefined,
  mixed: LossOptions['mixed'],
): string {
  if (!weights) return g.node('Cast', [g.node('Shape', [labels])], { to: dataTypes.float32 });
  const of = (names: string) => g.node('Gather', [weights, names], { axis: 0 });
  const each = mixed ? blended(g, of(labels), of(mixed.labels), mixed.share) : of(labels);
  return g.node('ReduceSum', [each], { keepdims: 0 });
}
