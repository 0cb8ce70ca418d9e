import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
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
  const files = shapeNames.map((name) => ({
    name,
    paths: Array.from({ length: count }, (_, i) => join(pictures, name, `${name} ${i + 1}.png`)),
  }));
  return jobOn(folder, files, recipe, settings);
}

/** The same on the sample pictures: so many of each label. */
export async function sampleJob(
  folder: string,
  count: number,
  recipe: RecipeName,
  settings: Partial<TrainJob['settings']> = {},
): Promise<TrainJob> {
  const samples = join(resources, 'samples');
  const labels = (await readdir(samples, { withFileTypes: true })).filter((each) =>
    each.isDirectory(),
  );
  const files = labels.map(async ({ name }) => {
    const names = (await readdir(join(samples, name))).toSorted().slice(0, count);
    return { name, paths: names.map((each) => join(samples, name, each)) };
  });
  return jobOn(folder, await Promise.all(files), recipe, settings);
}

interface Labelled {
  readonly name: string;
  readonly paths: readonly string[];
}

async function jobOn(
  folder: string,
  files: readonly Labelled[],
  recipe: RecipeName,
  settings: Partial<TrainJob['settings']>,
): Promise<TrainJob> {
  const examples: Example[] = [];
  for (const [label, { paths }] of files.entries()) {
    for (const [i, path] of paths.entries()) {
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
    classes: files.map(({ name }) => name),
    examples,
    features: join(folder, 'features'),
    runFolder: join(folder, 'runs', '1'),
  };
}
