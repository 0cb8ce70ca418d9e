/** Values of a step in the layouts in which they are wanted. */
import { describe, expect, it } from 'vitest';
import { Tape } from '../../src-main/engine/autodiff/tape.ts';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { type Layout, laid, laidDims } from '../../src-main/engine/graph/layout.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { uniform } from '../helpers/random.ts';
import { opened } from '../helpers/trainer.ts';

const layouts: readonly Layout[] = ['channels-first', 'channels-last', 'pixels-first'];

function written(dims: readonly number[], from: Layout) {
  const g = new GraphBuilder('laid');
  const tape = new Tape(g, new GraphBuilder('none').build(), new Map());
  const free = ['batch', ...dims.slice(1)];
  const name = g.input('x', laidDims(free, 'channels-first', from));
  return { g, tape, value: { name, dims: free, layout: from } };
}

describe('a value', () => {
  it.each(
    [
      [2, 3, 4, 5],
      [2, 3, 1, 1],
    ].flatMap((dims) => layouts.map((from) => [dims, from] as const)),
  )('of %j lies as wanted, from %s', async (dims, from) => {
    const { g, tape, value } = written(dims, from);
    for (const to of layouts) {
      g.output(g.node('Identity', [tape.lay(value, to)], {}, { output: to }), []);
    }
    const x = float32(dims, uniform('x', size(dims)));
    const found = await (await opened(g.build())).run({ x: laid(x, 'channels-first', from) });
    for (const to of layouts) expect(found[to], to).toEqual(laid(x, 'channels-first', to));
  });

  it('is turned once for each layout, and never back', () => {
    const { g, tape, value } = written([2, 3, 4, 5], 'channels-first');
    const [last, pixels] = (['channels-last', 'pixels-first'] as const).map((layout) => ({
      ...value,
      layout,
      name: tape.lay(value, layout),
    }));
    const count = g.build().nodes.length;
    expect(tape.lay(value, 'channels-last')).toBe(last!.name);
    expect(tape.lay(value, 'pixels-first')).toBe(pixels!.name);
    expect(tape.lay(last!, 'pixels-first')).toBe(pixels!.name);
    expect(tape.lay(pixels!, 'channels-last')).toBe(last!.name);
    expect(tape.lay(pixels!, 'channels-first')).toBe(value.name);
    expect(g.build().nodes).toHaveLength(count);
  });
});
