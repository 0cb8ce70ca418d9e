import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { outline } from '../../src-main/engine/backbones/outline.ts';
import { resnet18 } from '../../src-main/engine/backbones/resnet.ts';
import { estimateMemory } from '../../src-main/engine/memory/estimate.ts';
import { memoryNote, planMemory } from '../../src-main/engine/memory/micro-batch.ts';
import { completeSettings } from '../../src-shared/recipes.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { studioWithProject } from '../helpers/studio.ts';

const settings = completeSettings('fine-tune-all', {});
const task = {
  backbone: outline(resnet18),
  recipe: 'fine-tune-all',
  settings,
  classes: 3,
  examples: 100,
} as const;

describe('what is said of the memory of a run', () => {
  const whole = estimateMemory(task)(settings.batchSize);
  const note = (free: number, changes = {}) => {
    const wanted = { ...settings, ...changes };
    return memoryNote(planMemory({ ...task, settings: wanted }, free), wanted);
  };

  it('is nothing where whole batches fit', () => {
    expect(note(2 * whole)).toBeNull();
  });

  it('is in how many parts, and why', () => {
    expect(note(whole)).toMatch(
      /^Computed (8|4|2) pictures at a time, since whole batches of 16 would need about [\d.]+ GB of memory and [\d.]+ GB are free\.$/,
    );
  });

  it('warns where one picture at a time is too much, or what the person has set', () => {
    expect(note(whole / 100)).toContain('even with 1 picture at a time: it may fail, or be slow.');
    expect(note(whole, { microBatch: 16 })).toContain('even with 16 pictures at a time');
    expect(note(2 * whole, { microBatch: 4 })).toBeNull();
  });
});

describe('the memory of a planned run', () => {
  it('is told without weights, loading nothing', async () => {
    const { studio } = await studioWithProject();
    const ask = (recipe: 'fine-tune-top' | 'fine-tune-all', backbone = 'vgg16') =>
      studio.call('runs.estimate', { recipe, backbone, settings: { microBatch: 16 } });
    const [top, all] = [await ask('fine-tune-top'), await ask('fine-tune-all')];
    expect(top).toMatchObject({ pictures: 0, seconds: null, memory: { microBatch: 16 } });
    // All of its 134 million weights with two moments and the gradients alone take two gigabytes.
    expect(all.memory!.bytes).toBeGreaterThan(top.memory!.bytes);
    expect(all.memory!.bytes).toBeGreaterThan(4 * 4 * 134e6);
    const without = await ask('fine-tune-top', 'vgg16_conv');
    expect(without.memory!.bytes).toBeLessThan(top.memory!.bytes / 2);
    expect((await ask('fine-tune-top')).memory!.bytes).toBe(top.memory!.bytes);
    await expect(ask('fine-tune-top', 'alexnet')).rejects.toThrow('There is no backbone "alexnet"');
  });

  it('is that of the library which would compute it, not of one that is chosen and gone', async () => {
    const installed = await temporaryFolder();
    vi.stubEnv('GRAFT_TENSORFLOW', installed);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { studio } = await studioWithProject();
    const ask = async () => {
      const run = {
        recipe: 'fine-tune-all',
        backbone: 'mobilenet_v2',
        settings: { microBatch: 16 },
      } as const;
      return (await studio.call('runs.estimate', run)).memory!.bytes;
    };
    const usual = await ask();
    await studio.call('preferences.set', { runtime: 'tensorflow' });
    expect(await ask()).toBe(usual);
    const record = { version: '2.21.0', cuda: null, source: 'a test', bytes: 1, folder: installed };
    await writeFile(join(installed, 'installed.json'), JSON.stringify(record));
    expect(await ask()).not.toBe(usual);
  });
});
