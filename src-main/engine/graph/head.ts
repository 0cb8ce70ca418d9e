/** The new last layer, and what an exported network ends with. */
import { StudioError } from '../../../src-shared/errors.ts';
import { GraphBuilder } from './builder.ts';
import type { Graph, Tensor } from './graph.ts';
import { float32 } from './tensor.ts';

export const head = {
  /** K x F and K: the names of the initializers, as PyTorch shapes them. */
  weight: 'head.weight',
  bias: 'head.bias',
  /** The node that hides some of the features in training; at inference it does nothing. */
  dropout: 'head.dropout',
  logits: 'logits',
  probabilities: 'probabilities',
} as const;

/**
 * Appends dropout and a fully connected layer to a graph whose only output is N x F features. The result
 * gives `logits` (N x K) instead. Dropout is inactive unless a training step is made of the graph.
 *
 * @param weight K x F. @param bias K.
 */
export function appendHead(graph: Graph, weight: Tensor, bias: Tensor): Graph {
  const [features] = graph.outputs;
  const [classes, width] = weight.dims;
  if (!features || graph.outputs.length !== 1 || features.dims.length !== 2) {
    throw new StudioError(
      'refused',
      `The network "${graph.name}" does not end in one vector of features.`,
    );
  }
  if (features.dims[1] !== width || bias.dims.length !== 1 || bias.dims[0] !== classes) {
    throw new Error(
      `a head of ${weight.dims.join('x')} does not fit ${features.dims.join('x')} features`,
    );
  }
  const g = GraphBuilder.from({ ...graph, outputs: [] });
  const kept = g.node('Dropout', [features.name], {}, { name: head.dropout });
  const layer = [kept, g.initializer(head.weight, weight), g.initializer(head.bias, bias)];
  const logits = g.node('Gemm', layer, { transB: 1 }, { name: 'head', output: head.logits });
  g.output(logits, [features.dims[0]!, classes!]);
  return g.build();
}

/**
 * Appends Softmax to a graph that gives `logits`: the result gives `probabilities` (N x K) instead.
 *
 * @param temperature divides the logits before
 */
export function appendSoftmax(graph: Graph, temperature = 1): Graph {
  const logits = graph.outputs.find((output) => output.name === head.logits);
  if (!logits) throw new Error(`the graph "${graph.name}" gives no "${head.logits}"`);
  const g = GraphBuilder.from({ ...graph, outputs: [] });
  const calibrated =
    temperature === 1
      ? logits.name
      : g.node(
          'Div',
          [logits.name, g.initializer('temperature', float32([], [temperature]))],
          {},
          { name: 'calibrated' },
        );
  g.node('Softmax', [calibrated], { axis: -1 }, { name: 'softmax', output: head.probabilities });
  g.output(head.probabilities, logits.dims);
  return g.build();
}
