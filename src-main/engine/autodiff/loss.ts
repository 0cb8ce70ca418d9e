/** Softmax cross-entropy, averaged over the batch. */
import type { GraphBuilder } from '../graph/builder.ts';
import { dataTypes } from '../graph/onnx-schema.ts';

/**
 * @param logits N x K. @param labels N, int64, each from 0 to K - 1.
 * @returns the loss (a scalar) and its gradient with respect to the logits: (softmax - one-hot) / N.
 */
export function crossEntropy(
  g: GraphBuilder,
  logits: string,
  labels: string,
  classes: number,
): { readonly loss: string; readonly gradient: string } {
  // Shape gives a vector of one; Squeeze makes the loss a scalar.
  const batch = g.node('Cast', [g.node('Shape', [labels])], { to: dataTypes.float32 });
  const depth = g.constant([classes], 'int64');
  const expected = g.node('OneHot', [labels, depth, g.constant([0, 1])], { axis: -1 });
  const logProbabilities = g.node('LogSoftmax', [logits], { axis: -1 });
  const hits = g.node('Mul', [logProbabilities, expected]);
  const sum = g.node('ReduceSum', [hits, g.constant([0, 1], 'int64')], { keepdims: 0 });
  const mean = g.node('Div', [g.node('Neg', [sum]), batch]);
  const difference = g.node('Sub', [g.node('Softmax', [logits], { axis: -1 }), expected]);
  return {
    loss: g.node('Squeeze', [mean], {}, { output: 'loss' }),
    gradient: g.node('Div', [difference, batch]),
  };
}
