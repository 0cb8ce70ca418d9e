/**
 * The head sees features around zero and of size one, so that one learning rate fits every backbone:
 * x' = (x - mean) / scale, with a mean for each feature and one scale for all. (A scale for each would
 * blow up those that hardly vary.) Both are fixed before training, and folded into the head after it.
 */
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { head } from '../graph/head.ts';
import { float32 } from '../graph/tensor.ts';
import type { Weights } from './network.ts';

export interface Standard {
  /** One for each feature. */
  readonly mean: Float32Array;
  /** Root of the features' mean variance. */
  readonly scale: number;
}

/** @param rows features of the training examples, all of one length */
export function standardOf(rows: readonly Float32Array[]): Standard {
  const width = rows[0]!.length;
  const mean = new Float64Array(width);
  for (const row of rows) for (let f = 0; f < width; f++) mean[f]! += row[f]! / rows.length;
  let variance = 0;
  for (const row of rows) {
    for (let f = 0; f < width; f++) variance += (row[f]! - mean[f]!) ** 2 / (width * rows.length);
  }
  // Features that never vary tell nothing, and any scale will do.
  return { mean: Float32Array.from(mean), scale: Math.sqrt(variance) || 1 };
}

/** Appends the standardisation to a graph whose only output is N x F features. */
export function appendStandard(graph: Graph, { mean, scale }: Standard): Graph {
  const [features] = graph.outputs;
  const g = GraphBuilder.from({ ...graph, outputs: [] });
  const scaled = g.node('Mul', [features!.name, g.constant(1 / scale)]);
  const shift = g.constant(Array.from(mean, (m) => -m / scale));
  g.output(g.node('Add', [scaled, shift], {}, { name: 'standardised' }), features!.dims);
  return g.build();
}

/** Weights for a head that takes the features as they are, and gives the same logits. */
export function foldStandard(weights: Weights, { mean, scale }: Standard): Weights {
  const { dims, data } = weights[head.weight]!;
  const [classes, width] = dims as [number, number];
  const weight = new Float32Array(classes * width);
  const bias = Float32Array.from(weights[head.bias]!.data as Float32Array);
  for (let k = 0; k < classes; k++) {
    let shift = 0;
    for (let f = 0; f < width; f++) {
      const w = Number(data[k * width + f]) / scale;
      weight[k * width + f] = w;
      shift += w * mean[f]!;
    }
    bias[k]! -= shift;
  }
  return {
    ...weights,
    [head.weight]: float32([classes, width], weight),
    [head.bias]: float32([classes], bias),
  };
}
