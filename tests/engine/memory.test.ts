/** How much memory a run takes, told before it starts, against what it took. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { estimateMemory, type MemoryTask } from '../../src-main/engine/memory/estimate.ts';
import { peakBytes, valueBytes } from '../../src-main/engine/memory/liveness.ts';
import { planMemory } from '../../src-main/engine/memory/micro-batch.ts';
import { completeSettings } from '../../src-shared/recipes.ts';
import { tinyBackbone } from '../helpers/tiny-backbone.ts';

const script = fileURLToPath(new URL('../helpers/measure-memory.ts', import.meta.url));

describe('the estimate', () => {
  it.skipIf(process.platform !== 'linux').each([
    ['mobilenet_v2', 'fine-tune-top', { blocks: 4 }, 32],
    ['efficientnet_lite0', 'fine-tune-all', { batchSize: 4 }, 2],
  ] as const)(
    'is within a factor of 1.5 of what %s, %s, takes with %j, %i at a time',
    async (name, recipe, settings, microBatch) => {
      const args = [script, name, recipe, JSON.stringify(settings), String(microBatch)];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      const { estimated, measured } = JSON.parse(stdout);
      expect(estimated / measured).toBeGreaterThan(1 / 1.5);
      expect(estimated / measured).toBeLessThan(1.5);
    },
  );

  it('counts what lives at once, takes over what ends, and frees the rest', () => {
    const g = new GraphBuilder('chain');
    const x = g.input('x', ['batch', 100]);
    // 400 bytes a picture each: sum and product live together, the rest takes over.
    const sum = g.node('Add', [x, x]);
    const product = g.node('MatMul', [sum, sum]);
    const relu = g.node('Relu', [product]);
    g.output(g.node('Neg', [relu], {}, { output: 'y' }), ['batch', 100]);
    expect(peakBytes(g.build(), 1)).toBe(800);
    expect(peakBytes(g.build(), 10)).toBe(8000);
    expect(valueBytes(g.build(), 10)).toBe(16_000);
  });
});

describe('the micro-batch', () => {
  const task = (microBatch: number): MemoryTask => ({
    backbone: tinyBackbone(),
    recipe: 'fine-tune-all',
    settings: completeSettings('fine-tune-all', { batchSize: 48, microBatch }),
    classes: 3,
    examples: 100,
  });

  it('is the whole batch where that fits, and else the largest half of a half that does', () => {
    const estimate = estimateMemory(task(0));
    expect(estimate(48)).toBeGreaterThan(estimate(12));
    const plenty = planMemory(task(0), 1e12);
    expect(plenty).toMatchObject({ microBatch: 48, bytes: estimate(48) });
    const tight = planMemory(task(0), estimate(12) / 0.85 + 1);
    expect(tight).toMatchObject({ microBatch: 12, bytes: estimate(12), wholeBytes: estimate(48) });
    expect(planMemory(task(0), 1).microBatch).toBe(1);
  });

  it('is smaller with TensorFlow, which holds all of a step until its end', () => {
    const there = { ...task(0), runtime: 'tensorflow' } as const;
    const estimate = estimateMemory(there);
    expect(estimate(12)).toBeGreaterThan(estimateMemory(task(0))(12));
    const free = estimate(12) / 0.85 + 1;
    expect(planMemory(there, free).microBatch).toBe(12);
    expect(planMemory(task(0), free).microBatch).toBe(48);
  });

  it('is what the person says, but never what has proved too much', () => {
    expect(planMemory(task(20), 1).microBatch).toBe(20);
    expect(planMemory(task(100), 1e12).microBatch).toBe(48);
    expect(planMemory(task(20), 1e12, 10).microBatch).toBe(10);
  });
});
