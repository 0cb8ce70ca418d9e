/** The check that a network taken over still computes what its file computes. */
import { StudioError } from '../../../../src-shared/errors.ts';
import type { Graph, Tensor } from '../../graph/graph.ts';
import { float32 } from '../../graph/tensor.ts';
import type { Runtime } from '../../runtimes/runtime.ts';
import { imageInput } from '../backbone.ts';
import type { Input } from './input.ts';
import { untyped } from './simplify.ts';

/** What was simplified must give the same scores for pictures of noise as the file itself. */
export async function expectSameScores(
  given: Graph,
  simple: Graph,
  runtime: Runtime,
  size: number,
  input: Input,
): Promise<void> {
  const count = input.exported ?? 2;
  const area = size * size;
  const planes = Float32Array.from(
    { length: count * 3 * area },
    (_, i) => Math.sin(i * 12.9898) * 0.9,
  );
  const picture: Tensor = float32([count, 3, size, size], planes);
  const [output] = given.outputs;
  const mine = await once(
    runtime,
    { ...simple, outputs: [untyped(simple.outputs[0]!.name)] },
    { [imageInput]: picture },
  );
  const fed = input.layout === 'NCHW' ? picture : channelsLast(picture);
  const theirs = await once(
    runtime,
    { ...given, outputs: [untyped(output!.name)], stated: new Map() },
    { [input.name]: typed(fed, given.inputs[0]!.type) },
  );
  if (!theirs) return;
  const [a, b] = [mine!, theirs];
  const largest = Math.max(...Array.from(b, Math.abs));
  const off = b.reduce((most, value, i) => Math.max(most, Math.abs(value - a[i]!)), 0);
  if (a.length !== b.length || !(off <= 1e-3 * largest + 1e-5)) {
    throw new StudioError(
      'refused',
      'The network could not be taken over: it does not compute the same as the file. Export it with opset 17.',
    );
  }
}

async function once(
  runtime: Runtime,
  graph: Graph,
  feeds: Record<string, Tensor>,
): Promise<Float32Array | null> {
  const session = await runtime.open(graph);
  try {
    const results = await session.run(feeds);
    const { data } = results[graph.outputs[0]!.name]!;
    return data instanceof Float32Array ? data : null;
  } finally {
    await session.close();
  }
}

function channelsLast({ dims, data }: Tensor): Tensor {
  const [count, channels, size] = dims as [number, number, number, number];
  const area = size * size;
  const out = new Float32Array(data.length);
  for (let n = 0; n < count; n++)
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < area; i++)
        out[(n * area + i) * channels + c] = Number(data[(n * channels + c) * area + i]);
  return float32([count, size, size, channels], out);
}

const typed = (tensor: Tensor, type: string): Tensor =>
  type === 'uint8'
    ? {
        ...tensor,
        type: 'uint8',
        data: Uint8Array.from(tensor.data as Float32Array, (v) => Math.abs(v) * 255),
      }
    : tensor;
