/** Does this processor add products of bytes without losing any? */
import { GraphBuilder } from '../graph/builder.ts';
import { tensor } from '../graph/tensor.ts';
import type { Runtime } from '../runtimes/runtime.ts';

const [rows, depth, columns] = [16, 64, 32];

/**
 * Processors with dot products of bytes (VNNI, and those of ARM) add them in 32 bits. Older ones of Intel's kind
 * add pairs of products in 16 bits, where 2 * 255 * 127 does not fit and is cut to 32767. So the
 * largest product is asked for, whose result is known.
 */
export async function saturates(runtime: Runtime): Promise<boolean> {
  const g = new GraphBuilder('saturation');
  const weights = g.initializer(
    'weights',
    tensor('int8', [depth, columns], new Int8Array(depth * columns).fill(127)),
  );
  const x = g.input('x', [rows, depth], 'uint8');
  g.output(g.node('MatMulInteger', [x, weights]), [rows, columns], 'int32');
  const graph = g.build();
  const session = await runtime.open(graph, { threads: 1 });
  try {
    const largest = tensor('uint8', [rows, depth], new Uint8Array(rows * depth).fill(255));
    const { [graph.outputs[0]!.name]: sums } = await session.run({ x: largest });
    return Array.from(sums!.data as Int32Array).some((sum) => sum !== depth * 255 * 127);
  } finally {
    await session.close();
  }
}
