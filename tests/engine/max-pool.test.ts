/** MaxPool's gradient against a count by hand, where many numbers of a window are alike. */
import { describe, expect, it } from 'vitest';
import { maxPool } from '../../src-main/engine/autodiff/rules/max-pool.ts';
import { Tape } from '../../src-main/engine/autodiff/tape.ts';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import type { Attribute } from '../../src-main/engine/graph/graph.ts';
import { type Layout, laid, laidDims } from '../../src-main/engine/graph/layout.ts';
import { inferShapes } from '../../src-main/engine/graph/shapes.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { type Window, windowOf } from '../../src-main/engine/graph/window.ts';
import { integers, uniform } from '../helpers/random.ts';
import { opened } from '../helpers/trainer.ts';

const [batch, channels, height, width] = [2, 3, 7, 9];
const dims = [batch, channels, height, width];

/** Of every window row by row the first that no other exceeds takes the gradient, as in PyTorch. */
function expected(x: Float32Array, dy: Float32Array, [rows, columns]: Window) {
  const y = new Float32Array(dy.length);
  const dx = new Float32Array(x.length);
  let at = 0;
  for (let map = 0; map < batch * channels; map++) {
    for (let top = 0; top < rows.output; top++) {
      for (let left = 0; left < columns.output; left++) {
        let winner = -1;
        for (let i = 0; i < rows.kernel; i++) {
          for (let j = 0; j < columns.kernel; j++) {
            const down = top * rows.stride - rows.before + i * rows.dilation;
            const across = left * columns.stride - columns.before + j * columns.dilation;
            if (down < 0 || across < 0 || down >= height || across >= width) continue;
            const pixel = (map * height + down) * width + across;
            if (winner < 0 || x[pixel]! > x[winner]!) winner = pixel;
          }
        }
        y[at] = x[winner]!;
        dx[winner]! += dy[at++]!;
      }
    }
  }
  return { y, dx };
}

describe('MaxPool', () => {
  const windows: readonly [string, Readonly<Record<string, Attribute>>][] = [
    ['3x3, stride 2', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['2x2, stride 2', { kernel_shape: [2, 2], strides: [2, 2] }],
    ['3x2, stride 1', { kernel_shape: [3, 2], pads: [1, 0, 1, 0] }],
    ['3x3, stride 2, not padded', { kernel_shape: [3, 3], strides: [2, 2] }],
    ['2x2, stride 3, pixels left over', { kernel_shape: [2, 2], strides: [3, 3] }],
    ['3x3, stride 2, cut off', { kernel_shape: [3, 4], strides: [2, 2], ceil_mode: 1 }],
    ['2x3, dilated', { kernel_shape: [2, 3], strides: [1, 2], dilations: [3, 1] }],
  ];
  const layouts: readonly Layout[] = ['channels-first', 'channels-last', 'pixels-first'];
  const cases = windows.flatMap(([name, attributes]) =>
    layouts.map((layout) => [name, layout, attributes] as const),
  );
  it.each(cases)('%s takes the first of the largest, %s', async (_, layout, attributes) => {
    const f = new GraphBuilder('forward');
    f.output(f.node('MaxPool', [f.input('x', dims)], attributes, { output: 'y' }), []);
    const forward = f.build();
    const shapes = inferShapes(forward);
    const shape = shapes.get('y') as readonly number[];
    const x = float32(dims, integers('ties', size(dims), 3));
    const dy = float32(shape, uniform('dy', size(shape)));

    const g = new GraphBuilder('pool');
    const tape = new Tape(g, forward, shapes);
    tape.define('x', g.input('x', laidDims(dims, 'channels-first', layout)), layout);
    tape.need('x');
    const back = maxPool(tape, forward.nodes[0]!);
    back({ name: g.input('dy', shape), dims: shape, layout: 'channels-first' });
    g.output(g.node('Identity', [tape.read('y')], {}, { output: 'y' }), shape);
    const gradient = tape.lay(tape.gradient('x')!, 'channels-first');
    g.output(g.node('Identity', [gradient], {}, { output: 'dx' }), dims);
    const found = await (await opened(g.build())).run({
      x: laid(x, 'channels-first', layout),
      dy,
    });

    const window = windowOf(forward.nodes[0]!, [height, width]);
    const { y, dx } = expected(x.data as Float32Array, dy.data as Float32Array, window);
    expect(found.y!.data).toEqual(y);
    const largest = (found.dx!.data as Float32Array).map((each, i) => Math.abs(each - dx[i]!));
    expect(Math.max(...largest)).toBeLessThan(1e-6);
  });
});
