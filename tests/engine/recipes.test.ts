import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { float32 } from '../../src-main/engine/graph/tensor.ts';
import { parametersOf } from '../../src-main/engine/recipes/parameters.ts';
import { plan } from '../../src-main/engine/recipes/plan.ts';
import { defaultSettings } from '../../src-shared/recipes.ts';

const blocks = ['stem', 'middle', 'upper', 'top'].map((name) => ({ name, output: `${name}:out` }));
const settings = (count: number) => ({ ...defaultSettings['fine-tune-top'], blocks: count });

describe('plan', () => {
  it('feature extraction trains the last layer only, whatever the blocks', () => {
    expect(plan('feature-extraction', settings(3), { blocks })).toEqual({
      cut: 'top:out',
      trainedBlocks: 0,
      trained: 'last layer',
    });
  });

  it('fine-tuning cuts below the blocks that it adapts', () => {
    expect(plan('fine-tune-top', settings(2), { blocks })).toEqual({
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
      { name: 'kernel', decay: true },
      { name: 'bias', decay: false },
      { name: 'scale', decay: false },
      { name: 'shift', decay: false },
    ]);
  });
});
