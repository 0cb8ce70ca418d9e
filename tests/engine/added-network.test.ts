/** A network that was added from an ONNX file, through every recipe: trained, exported, used. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeWeights } from '../../src-main/engine/backbones/weight-file.ts';
import { encodeModel } from '../../src-main/engine/graph/onnx-encode.ts';
import { predict } from '../../src-main/engine/jobs/predict.ts';
import { takeNetwork } from '../../src-main/engine/jobs/take-network.ts';
import { train } from '../../src-main/engine/jobs/train.ts';
import type { BackboneFile } from '../../src-main/engine/protocol.ts';
import { type RecipeName, recipeNames } from '../../src-shared/recipes.ts';
import { exportedGraph } from '../helpers/exported.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { shapesJob } from '../helpers/shapes-job.ts';

const context = { signal: new AbortController().signal, report: () => {} };

/** Batch normalisations kept, as from-scratch needs them. */
async function added(folder: string): Promise<BackboneFile> {
  const file = join(folder, 'tiny.onnx');
  await writeFile(file, encodeModel(exportedGraph('mobilenet_v3_small.preserve.onnx')));
  await takeNetwork({ kind: 'network', file, keep: { folder, name: 'tiny' } }, context);
  const weights = join(folder, 'tiny.safetensors');
  return { name: 'tiny', weights, sha256: (await describeWeights(weights)).sha256 };
}

async function jobFor(recipe: RecipeName, settings = {}) {
  const folder = await temporaryFolder();
  const job = await shapesJob(folder, 10, recipe, { epochs: 2, blocks: 2, ...settings });
  return { ...job, backbone: await added(folder) };
}

async function agrees(recipe: RecipeName, settings = {}, model = 'model.onnx') {
  const job = await jobFor(recipe, settings);
  const result = await train(job, context);
  expect(result.predictions).toHaveLength(6);
  const files = result.predictions.map(({ imageId }) => job.examples[imageId - 1]!.path);
  const used = await predict(
    { kind: 'predict', model: join(job.runFolder, model), files },
    context,
  );
  const off = result.predictions.flatMap(({ probabilities }, i) =>
    Array.from(probabilities, (p, k) => Math.abs(p - used.predictions[i]!.probabilities[k]!)),
  );
  expect(Math.max(...off)).toBeLessThan(1e-3);
  return result;
}

describe('an added network', () => {
  it.each(recipeNames)(
    'is trained by %s, and its exported model gives the same',
    async (recipe) => {
      const result = await agrees(recipe);
      expect(result.epochs).toBeGreaterThan(0);
      expect(Number.isFinite(result.validation.loss)).toBe(true);
    },
  );

  it('has a trunk in 8 bits', async () => {
    const { quantisation } = await agrees('feature-extraction', { precision: 'fast' });
    expect(quantisation!.cosine).toBeGreaterThan(0.98);
  });
});
