import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWeights } from '../../src-main/engine/backbones/weight-file.ts';
import type { BackboneFile, Example, TrainJob } from '../../src-main/engine/protocol.ts';
import { resources } from '../../src-main/programs.ts';
import type { SplitName } from '../../src-shared/domain.ts';
import { defaultSettings, type RecipeName } from '../../src-shared/recipes.ts';
import { shapeNames, writeShapes } from './shapes.ts';

/** The backbone that every set-up brings. */
export async function mobilenet(): Promise<BackboneFile> {
  const weights = join(resources, 'backbones', 'mobilenet_v2.safetensors');
  const { sha256 } = await describeWeights(weights);
  return { name: 'mobilenet_v2', weights, sha256 };
}

/** Of every five pictures three to train on, one to validate and one to test. */
const splits: readonly SplitName[] = ['train', 'validation', 'train', 'test', 'train'];

/** A job to tell circles, squares and triangles apart, `count` of each. */
export async function shapesJob(
  folder: string,
  count: number,
  recipe: RecipeName = 'feature-extraction',
  settings: Partial<TrainJob['settings']> = {},
): Promise<TrainJob> {
  const pictures = join(folder, 'pictures');
  await mkdir(pictures, { recursive: true });
  await writeShapes(pictures, count);
  const examples: Example[] = [];
  for (const [label, name] of shapeNames.entries()) {
    for (let i = 0; i < count; i++) {
      const path = join(pictures, name, `${name} ${i + 1}.png`);
      const sha256 = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      const split = splits[i % splits.length]!;
      examples.push({ imageId: examples.length + 1, sha256, path, label, split });
    }
  }
  return {
    kind: 'train',
    runId: 1,
    backbone: await mobilenet(),
    recipe,
    settings: { ...defaultSettings[recipe], ...settings },
    classes: [...shapeNames],
    examples,
    features: join(folder, 'features'),
    runFolder: join(folder, 'runs', '1'),
  };
}
