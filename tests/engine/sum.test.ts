/** What rules sum over the places of maps keeps its digits, whichever axes it is that are summed. */
import { expect, it } from 'vitest';
import { sumOver } from '../../src-main/engine/autodiff/rules/sum.ts';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { uniform } from '../helpers/random.ts';

it.each([
  { dims: [8, 112, 112, 4], axes: [0, 1, 2] },
  { dims: [8, 112, 112, 4], axes: [1, 2] },
  { dims: [8, 4, 112, 112], axes: [0, 2, 3] },
  { dims: [8, 12544, 4], axes: [1, 0] },
  { dims: [4, 100352], axes: [1] },
])('of $dims over $axes', async ({ dims, axes }) => {
  const g = new GraphBuilder('sums');
  const rest = dims.flatMap((dim, axis) => (axes.includes(axis) ? [] : [dim]));
  g.output(sumOver(g, g.input('x', dims), axes, dims.length), rest);
  const values = uniform('values', size(dims), 3, 4);
  const session = await onnxruntime.open(g.build(), { threads: 1 });
  const [found] = Object.values(await session.run({ x: float32(dims, values) }));
  await session.close();

  const strides = dims.map((_, axis) => size(dims.slice(axis + 1)));
  const kept = dims.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const exact = new Float64Array(size(rest));
  for (const [i, value] of values.entries()) {
    const place = kept.reduce(
      (at, axis) => at * dims[axis]! + (Math.floor(i / strides[axis]!) % dims[axis]!),
      0,
    );
    exact[place]! += value;
  }
  expect(found!.dims).toEqual(rest);
  for (const [i, sum] of exact.entries()) {
    expect(Math.abs(Number(found!.data[i]) / sum - 1)).toBeLessThan(1e-6);
  }
});
