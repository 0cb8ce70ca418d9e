/** The frozen part of a network in 8 bits: the fastest way of quantising it that stays close to it. */

import { foldBatchNorm } from '../graph/fold-batch-norm.ts';
import type { Graph } from '../graph/graph.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { type Pictures, runOn } from './pictures.ts';
import { quantise } from './quantise.ts';
import { calibrate } from './ranges.ts';
import { saturates } from './saturation.ts';
import { type FloatLayers, floatLayers, schemeOf } from './scheme.ts';
import { meanCosine } from './similarity.ts';

/** Mean cosine with the exact features below which a fast trunk is refused. */
export const leastCosine = 0.98;

/** How a trunk was quantised. */
export interface Way {
  readonly floatLayers: FloatLayers;
  readonly ranges: 'min-max' | 'percentile';
  /** 7 on processors that would lose sums of 8-bit products. */
  readonly weightBits: 7 | 8;
}

export interface FastTrunk {
  readonly graph: Graph;
  readonly way: Way;
  /** With the exact features of the pictures to check, their mean; of several outputs the lowest. */
  readonly cosine: number;
}

export interface FastTrunkOptions {
  readonly runtime: Runtime;
  /** From pictures to features. */
  readonly trunk: Graph;
  /** Whose numbers give the ranges. */
  readonly pictures: Pictures;
  /** Other ones, by which the ways are judged: on those that gave the ranges all look too good. */
  readonly check: Pictures;
  /** What the trunk gives for the ones to check, by output; computed if not given. */
  readonly exact?: readonly (readonly Float32Array[])[];
  readonly signal: AbortSignal;
  /** The one that this processor takes, if not given. */
  readonly weightBits?: Way['weightBits'];
}

export const weightBitsHere = async (runtime: Runtime): Promise<Way['weightBits']> =>
  (await saturates(runtime)) ? 7 : 8;

/**
 * All layers in 8 bits if that stays close enough, else the first one in float32, else the first and the last;
 * each with the better of two kinds of ranges. When none is close enough, the closest is returned: it is
 * for the caller to refuse it.
 */
export async function fastTrunk(options: FastTrunkOptions): Promise<FastTrunk> {
  const { runtime, pictures, check, signal } = options;
  const graph = foldBatchNorm(options.trunk);
  const weightBits = options.weightBits ?? (await weightBitsHere(runtime));
  const exact = options.exact ?? (await runOn(runtime, graph, check, signal));
  const { values, sameAs } = schemeOf(graph, 'none');
  const measured = [...values].filter((value) => !sameAs.has(value));
  const { minMax, percentile } = await calibrate(runtime, graph, measured, pictures, signal);
  let closest: FastTrunk | undefined;
  for (const inFloat of floatLayers) {
    const scheme = schemeOf(graph, inFloat);
    for (const [kind, ranges] of [
      ['min-max', minMax],
      ['percentile', percentile],
    ] as const) {
      const quantised = quantise(graph, scheme, ranges, weightBits === 8 ? 127 : 63);
      const fast = await runOn(runtime, quantised, check, signal);
      const cosine = Math.min(...exact.map((rows, i) => meanCosine(rows, fast[i]!)));
      const way = { floatLayers: inFloat, ranges: kind, weightBits };
      if (!closest || cosine > closest.cosine) closest = { graph: quantised, way, cosine };
    }
    if (closest!.cosine >= leastCosine) break;
  }
  return closest!;
}
