/** The ranges that a network's values have on some pictures. */
import { availableParallelism } from 'node:os';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { inferShapes } from '../graph/shapes.ts';
import { size } from '../graph/tensor.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { batchesOf, type Pictures } from './pictures.ts';

export interface Range {
  readonly low: number;
  readonly high: number;
}
export type Ranges = ReadonlyMap<string, Range>;

export interface Calibration {
  /** From the least to the greatest number that was met. */
  readonly minMax: Ranges;
  /** Without the most extreme ten-thousandth on either side: rare numbers are cut, the others are finer. */
  readonly percentile: Ranges;
}

const cutOff = 1e-4;
/** Numbers of a value that are looked at for the percentile, a picture. */
const samples = 2048;

/**
 * Least and greatest numbers are found within the graph: only they and evenly spread samples leave the
 * runtime, for copying all that a network computes takes longer than computing it.
 */
export async function calibrate(
  runtime: Runtime,
  graph: Graph,
  values: readonly string[],
  pictures: Pictures,
  signal: AbortSignal,
): Promise<Calibration> {
  const probed = withProbes(graph, values);
  const found = values.map(() => ({
    low: Infinity,
    high: -Infinity,
    samples: [] as Float32Array[],
  }));
  const session = await runtime.open(probed, { threads: availableParallelism() });
  try {
    for (const batch of batchesOf(pictures)) {
      const results = await session.run({ [graph.inputs[0]!.name]: batch });
      signal.throwIfAborted();
      for (const [i, of] of found.entries()) {
        const [low, high, some] = [0, 1, 2].map((which) => {
          return results[probed.outputs[3 * i + which]!.name]!.data as Float32Array;
        });
        for (const value of low!) of.low = Math.min(of.low, value);
        for (const value of high!) of.high = Math.max(of.high, value);
        of.samples.push(some!.slice());
      }
    }
  } finally {
    await session.close();
  }
  const minMax = new Map<string, Range>();
  const percentile = new Map<string, Range>();
  for (const [i, value] of values.entries()) {
    const { low, high, samples } = found[i]!;
    minMax.set(value, { low, high });
    percentile.set(value, middle(samples));
  }
  return { minMax, percentile };
}

function middle(parts: readonly Float32Array[]): Range {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  all.sort();
  const beyond = Math.floor(cutOff * all.length);
  return { low: all[beyond]!, high: all[all.length - 1 - beyond]! };
}

/** Gives for each value its least and greatest number in every picture, and samples. */
function withProbes(graph: Graph, values: readonly string[]): Graph {
  const shapes = inferShapes(graph);
  const g = GraphBuilder.from({ ...graph, outputs: [] });
  for (const value of values) {
    const each = size(shapes.get(value)!.slice(1) as number[]);
    const flat = g.node('Flatten', [value], { axis: 1 });
    const step = strideOf(each);
    const numbers = [[0], [each], [1], [step]].map((list) => g.constant(list, 'int64'));
    const row = { axes: [1], keepdims: 0 };
    g.output(g.node('ReduceMin', [flat], row), ['batch']);
    g.output(g.node('ReduceMax', [flat], row), ['batch']);
    g.output(g.node('Slice', [flat, ...numbers]), ['batch', Math.ceil(each / step)]);
  }
  return g.build();
}

/** Odd, so that it does not meet the same column of every map whose width is a power of two. */
const strideOf = (count: number) => {
  const step = Math.ceil(count / samples);
  return step === 1 ? 1 : step | 1;
};
