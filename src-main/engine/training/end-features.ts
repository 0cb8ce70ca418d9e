/** What the last layer sees: the output of the part between the cut and the head. */
import { availableParallelism } from 'node:os';
import type { Features } from '../features/features.ts';
import type { Graph } from '../graph/graph.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { batchSize as evaluatedAtOnce, Network, type Weights } from './network.ts';

interface EndOptions {
  readonly runtime: Runtime;
  /** From the cut to N x F; without nodes when the cut is there. */
  readonly tail: Graph;
  /** Take the place of the tail's own parameters. */
  readonly weights: Weights;
  /** At the cut. */
  readonly features: Features;
  /** Indices. */
  readonly examples: readonly number[];
  readonly microBatch?: number | undefined;
  readonly signal: AbortSignal;
}

/** F values for each of the examples. */
export async function endRows(options: EndOptions): Promise<Float32Array[]> {
  const { runtime, tail, weights, features, examples, signal } = options;
  if (tail.nodes.length === 0) {
    return Promise.all(examples.map(async (example) => features.gather([example])));
  }
  const initializers = new Map(
    [...tail.initializers].map(([name, tensor]) => [name, weights[name] ?? tensor]),
  );
  const atOnce = Math.min(evaluatedAtOnce, options.microBatch ?? evaluatedAtOnce);
  const threads = availableParallelism();
  const network = await Network.open(runtime, { ...tail, initializers }, [], threads, atOnce);
  try {
    return await network.rows({}, features, examples, signal);
  } finally {
    await network.close();
  }
}
