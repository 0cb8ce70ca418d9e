/** A few pictures in memory, run through a network together. */
import { availableParallelism } from 'node:os';
import type { Graph, Tensor } from '../graph/graph.ts';
import { float32, size } from '../graph/tensor.ts';
import type { Runtime } from '../runtimes/runtime.ts';

export interface Pictures {
  /** Of one picture. */
  readonly dims: readonly number[];
  readonly pixels: readonly Float32Array[];
}

const batchSize = 8;

export function* batchesOf({ dims, pixels }: Pictures): Generator<Tensor> {
  const each = size(dims);
  for (let at = 0; at < pixels.length; at += batchSize) {
    const batch = pixels.slice(at, at + batchSize);
    const data = new Float32Array(batch.length * each);
    for (const [i, picture] of batch.entries()) data.set(picture, i * each);
    yield float32([batch.length, ...dims], data);
  }
}

/** What the network gives for each picture, by output. */
export async function runOn(
  runtime: Runtime,
  graph: Graph,
  pictures: Pictures,
  signal: AbortSignal,
): Promise<Float32Array[][]> {
  const rows = graph.outputs.map((): Float32Array[] => []);
  const session = await runtime.open(graph, { threads: availableParallelism() });
  try {
    for (const batch of batchesOf(pictures)) {
      const results = await session.run({ [graph.inputs[0]!.name]: batch });
      signal.throwIfAborted();
      for (const [i, { name }] of graph.outputs.entries()) {
        const data = results[name]!.data as Float32Array;
        const each = data.length / batch.dims[0]!;
        for (let at = 0; at < data.length; at += each) rows[i]!.push(data.slice(at, at + each));
      }
    }
  } finally {
    await session.close();
  }
  return rows;
}
