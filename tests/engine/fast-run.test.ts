import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Backbone } from '../../src-main/engine/backbones/backbone.ts';
import { float32 } from '../../src-main/engine/graph/tensor.ts';
import { predict } from '../../src-main/engine/jobs/predict.ts';
import { trainOn } from '../../src-main/engine/jobs/train.ts';
import type { TrainJob } from '../../src-main/engine/protocol.ts';
import { removeCheckpoint } from '../../src-main/engine/training/checkpoint.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { shapesJob } from '../helpers/shapes-job.ts';
import { tinyBackbone } from '../helpers/tiny-backbone.ts';

const context = { signal: new AbortController().signal, report: () => {} };

const jobFor = async (recipe: TrainJob['recipe'], settings: Partial<TrainJob['settings']> = {}) =>
  shapesJob(await temporaryFolder(), 10, recipe, { epochs: 3, blocks: 2, ...settings });

const kept = async (job: TrainJob, ending: string) =>
  (await readdir(job.features)).filter((name) => name.endsWith(ending));

describe('a fast run', () => {
  for (const recipe of ['feature-extraction', 'early-features', 'fine-tune-top'] as const) {
    it(`of ${recipe} says how close it is, and is tested as it is exported`, async () => {
      const job = await jobFor(recipe, { precision: 'fast', epochs: 2, learningRate: 0.05 });
      const result = await trainOn(tinyBackbone(), job, context);
      expect(result.quantisation).toMatchObject({ pictures: 9, floatLayers: 'none' });
      expect(result.quantisation!.cosine).toBeGreaterThan(0.98);
      expect(result.quantisation!.cosine).toBeLessThan(1);
      expect(result.quantisation!.probe!.exact).toBeGreaterThanOrEqual(0);

      const tested = result.predictions.map(({ imageId }) => job.examples[imageId - 1]!.path);
      const [exact, fast] = await Promise.all(
        ['model.onnx', 'model.fast.onnx'].map((name) =>
          predict({ kind: 'predict', model: join(job.runFolder, name), files: tested }, context),
        ),
      );
      const farthest = (from: typeof exact) =>
        Math.max(
          ...result.predictions.flatMap(({ probabilities }, i) =>
            Array.from(probabilities, (p, k) =>
              Math.abs(p - from!.predictions[i]!.probabilities[k]!),
            ),
          ),
        );
      expect(farthest(exact)).toBeLessThan(1e-4);
      expect(farthest(fast)).toBeGreaterThan(1e-4);
      expect(farthest(fast)).toBeLessThan(0.3);
    });
  }

  it('keeps its trunk and features apart, and uses them again', async () => {
    const job = await jobFor('feature-extraction');
    const exact = await trainOn(tinyBackbone(), job, context);
    expect(exact.quantisation).toBeNull();
    const before = await kept(job, '.features');
    const fast = { ...job, settings: { ...job.settings, precision: 'fast' as const } };
    const first = await trainOn(tinyBackbone(), fast, context);
    expect(await kept(job, '.trunk.onnx')).toHaveLength(1);
    expect(await kept(job, '.features')).toHaveLength(before.length + 1);
    await removeCheckpoint(fast.runFolder); // as the studio does when it has stored the result
    const second = await trainOn(tinyBackbone(), fast, context);
    expect(await kept(job, '.features')).toHaveLength(before.length + 1);
    expect(second).toEqual(first);
    const again = await trainOn(tinyBackbone(), job, context);
    expect(again.predictions).toEqual(exact.predictions);
  });

  it('is refused, with the figure, where 8 bits lose what the network looks at', async () => {
    const job = await jobFor('feature-extraction', { precision: 'fast' });
    await expect(trainOn(drowned(), job, context)).rejects.toThrow(
      /mean cosine with the exact ones is 0\.\d{3}, .* at least 0\.98.* precision exact/,
    );
  });
});

/** One channel of each map is a million times the others, and nothing reads it. */
function drowned(): Backbone {
  const backbone = tinyBackbone();
  const initializers = new Map(backbone.graph.initializers);
  for (const at of [0, 1, 2]) {
    const bias = initializers.get(`bn${at}.bias`)!;
    initializers.set(`bn${at}.bias`, float32(bias.dims, (bias.data as Float32Array).with(0, 1e6)));
    const next = initializers.get(`conv${at + 1}.weight`)!;
    const inputs = next.dims[1]!;
    const weights = (next.data as Float32Array).map((w, i) =>
      Math.floor(i / 9) % inputs === 0 ? 0 : w,
    );
    initializers.set(`conv${at + 1}.weight`, float32(next.dims, weights));
  }
  return { ...backbone, graph: { ...backbone.graph, initializers } };
}
