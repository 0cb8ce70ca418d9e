/** JPEG files on the disk to features: decoding, resizing, normalising, the forward pass. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mobilenetV2Torchvision } from '../../src-main/engine/backbones/mobilenet.ts';
import { resnet18 } from '../../src-main/engine/backbones/resnet.ts';
import { vgg16 } from '../../src-main/engine/backbones/vgg.ts';
import { drawWeights } from '../helpers/drawn-weights.ts';
import { contest, report, threads } from './helpers/contest.ts';
import { bareForward, examplesOf, extraction } from './helpers/extract.ts';
import { photo } from './helpers/photos.ts';
import { closeReference } from './helpers/reference.ts';

const works = [
  { architecture: resnet18, model: 'resnet18', pictures: 192, goal: 1.2 },
  { architecture: vgg16, model: 'vgg16', pictures: 48, goal: 1.1 },
  { architecture: mobilenetV2Torchvision, model: 'mobilenet_v2', pictures: 384, goal: 1.8 },
];

async function photographs(folder: string, count: number): Promise<string[]> {
  await mkdir(folder);
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const path = join(folder, `${String(i).padStart(5, '0')}.jpg`);
      await writeFile(path, await photo(i, 500, 375));
      return path;
    }),
  );
}

const folder = await mkdtemp(join(tmpdir(), 'graft-extraction-'));
try {
  for (const { architecture, model, pictures, goal } of works) {
    const files = join(folder, model);
    const examples = await examplesOf(await photographs(files, pictures));
    const backbone = architecture.build(drawWeights(architecture));
    let ours = 0;
    await contest({
      work: `JPEG files to ${architecture.title} features, exact`,
      unit: 'pictures/s',
      goal,
      graft: async () => {
        ours = await extraction(backbone, examples, folder);
        return ours;
      },
      reference: { function: 'extraction', arguments: { model, folder: files, workers: threads } },
    });
    report({
      work: `${architecture.title}, the same against the forward pass alone`,
      unit: 'pictures/s',
      graft: ours,
      reference: { name: 'tensors in memory', value: await bareForward(backbone, pictures) },
      goal: 0.9,
    });
  }
} finally {
  await closeReference();
  await rm(folder, { recursive: true, force: true });
}
