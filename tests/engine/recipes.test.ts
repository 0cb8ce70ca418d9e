import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { heInitialised } from '../../src-main/engine/recipes/initialise.ts';
import { parametersOf } from '../../src-main/engine/recipes/parameters.ts';
import { plan } from '../../src-main/engine/recipes/plan.ts';
import { defaultSettings } from '../../src-shared/recipes.ts';

const blocks = ['stem', 'middle', 'upper', 'top'].map((name) => ({ name, output: `${name}:out` }));
const settings = (count: number) => ({ ...defaultSettings['fine-tune-top'], blocks: count });

describe('plan', () => {
  it('feature extraction trains the last layer only, whatever the blocks', () => {
    expect(plan('feature-extraction', settings(3), { blocks })).toEqual({
      kind: 'tail',
      start: 'learned',
      cut: 'top:out',
      trainedBlocks: 0,
      trained: 'last layer',
    });
  });

  it('fine-tuning cuts below the blocks that it adapts', () => {
    expect(plan('fine-tune-top', settings(2), { blocks })).toEqual({
      kind: 'tail',
      start: 'learned',
      cut: 'middle:out',
      trainedBlocks: 2,
      trained: '2 of 4 blocks',
    });
  });

  it('fine-tuning never adapts the stem', () => {
    for (const count of [3, 4, 100]) {
      expect(plan('fine-tune-top', settings(count), { blocks })).toMatchObject({
        cut: 'stem:out',
        trainedBlocks: 3,
      });
    }
  });
});

describe('plan of the whole network', () => {
  it('early features reads the lower half of the blocks', () => {
    const planned = plan('early-features', settings(1), { blocks });
    expect(planned).toEqual({ kind: 'early', candidates: blocks.slice(0, 2) });
  });

  it('adapts all blocks, from what was learned or anew', () => {
    const cut = { kind: 'tail', cut: 'input', trainedBlocks: 4 };
    const all = plan('fine-tune-all', settings(1), { blocks });
    expect(all).toEqual({ ...cut, start: 'learned', trained: 'all 4 blocks' });
    const anew = plan('from-scratch', settings(1), { blocks });
    expect(anew).toEqual({ ...cut, start: 'random', trained: 'all 4 blocks, anew' });
  });
});

describe('heInitialised', () => {
  it('draws weights by their fan-in, sets the rest, and depends on the seed only', () => {
    const g = new GraphBuilder('net');
    const x = g.input('x', ['batch', 8, 4, 4]);
    const ones = (name: string, dims: number[]) =>
      g.initializer(name, float32(dims, new Float32Array(size(dims)).fill(5)));
    const y = g.node('Conv', [x, ones('kernel', [64, 8, 3, 3]), ones('bias', [64])]);
    const normal = ['scale', 'shift', 'mean', 'variance'].map((name) => ones(name, [64]));
    g.output(g.node('BatchNormalization', [y, ...normal]), ['batch', 64, 2, 2]);
    const graph = g.build();
    const values = (seed: number, name: string) => [
      ...(heInitialised(graph, seed).initializers.get(name)!.data as Float32Array),
    ];
    const kernel = values(1, 'kernel');
    const variance = kernel.reduce((sum, w) => sum + w * w, 0) / kernel.length;
    expect(variance * 8 * 9).toBeCloseTo(2, 1);
    expect(Math.abs(kernel.reduce((sum, w) => sum + w) / kernel.length)).toBeLessThan(0.01);
    for (const [name, value] of [
      ['bias', 0],
      ['scale', 1],
      ['shift', 0],
      ['mean', 0],
      ['variance', 1],
    ] as const) {
      expect(values(1, name)).toEqual(new Array(64).fill(value));
    }
    expect(values(1, 'kernel')).toEqual(kernel);
    expect(values(2, 'kernel')).not.toEqual(kernel);
  });
});

describe('parametersOf', () => {
  it('finds weights, biases and normalisation, but neither statistics nor constants', () => {
    const g = new GraphBuilder('net');
    const vector = (name: string) => g.initializer(name, float32([2], [1, 1]));
    const x = g.input('x', ['batch', 2, 4, 4]);
    const kernel = g.initializer('kernel', float32([2, 2, 1, 1], [1, 0, 0, 1]));
    const convolved = g.node('Conv', [x, kernel, vector('bias')]);
    const normal = ['scale', 'shift', 'mean', 'variance'].map(vector);
    const normalised = g.node('BatchNormalization', [convolved, ...normal]);
    const clipped = g.node('Clip', [normalised, g.constant(0), g.constant(6)]);
    // Used a second time: one parameter all the same.
    const again = g.node('Conv', [clipped, kernel]);
    g.output(again, ['batch', 2, 4, 4]);
    expect(parametersOf(g.build())).toEqual([
      { name: 'kernel', decay: true, role: 'weight' },
      { name: 'bias', decay: false, role: 'bias' },
      { name: 'scale', decay: false, role: 'scale' },
      { name: 'shift', decay: false, role: 'bias' },
    ]);
  });
});
