/** JPEG files on the disk to features: decoding, resizing, normalising, the forward pass. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mobilenetV2Torchvision } from '../../src-main/engine/backbones/mobilenet.ts';
import { resnet18 } from '../../src-main/engine/backbones/resnet.ts';
import { vgg16 } from '../../src-main/engine/backbones/vgg.ts';
import { drawWeights } from '../helpers/drawn-weights.ts';
import { contest, report, threads } from './helpers/contest.ts';
import {
  bareForward,
  decodingAlone,
  examplesOf,
  extracted,
  extraction,
  inEightBits,
} from './helpers/extract.ts';
import { photo } from './helpers/photos.ts';
import { median } from './helpers/print.ts';
import { closeReference } from './helpers/reference.ts';

const works = [
  { architecture: resnet18, model: 'resnet18', pictures: 192, goals: { exact: 1.2, fast: 3 } },
  { architecture: vgg16, model: 'vgg16', pictures: 48, goals: { exact: 1.1, fast: 2.5 } },
  {
    ...{ architecture: mobilenetV2Torchvision, model: 'mobilenet_v2', pictures: 384 },
    goals: { exact: 1.8, fast: 3 },
  },
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
  for (const { architecture, model, pictures, goals } of works) {
    const files = join(folder, model);
    const examples = await examplesOf(await photographs(files, pictures));
    const exact = architecture.build(drawWeights(architecture));
    const fast = await inEightBits(exact, examples);
    const work = `JPEG files to ${architecture.title} features`;
    await contest({
      unit: 'pictures/s',
      entries: [
        {
          work: `${work}, exact`,
          goal: goals.exact,
          run: () => extraction(exact, examples, folder),
        },
        {
          work: `${work}, fast, once it is calibrated`,
          goal: goals.fast,
          run: () => extraction(fast, examples, folder),
        },
      ],
      reference: { function: 'extraction', arguments: { model, folder: files, workers: threads } },
    });
    // In the same way: what is open already.
    const speeds: number[] = [];
    const bare: number[] = [];
    const decoding: number[] = [];
    for (let round = 0; round < 3; round++) {
      speeds.push((await extracted(exact, examples, folder)).steady);
      bare.push(await bareForward(exact, pictures));
      decoding.push(await decodingAlone(exact, examples));
    }
    const against = (name: string, value: number, goal: number) =>
      report({
        ...{ work: `${work}, against ${name}`, unit: 'pictures/s' },
        ...{ graft: median(speeds), reference: { name, value }, goal },
      });
    const [forward, decoded] = [median(bare), median(decoding)];
    against('the forward pass alone', forward, 0.9);
    // Both need all cores: no more can be had when neither ever waits for the other.
    against('decoding and forward pass sharing the cores', 1 / (1 / forward + 1 / decoded), 0.9);
  }
} finally {
  await closeReference();
  await rm(folder, { recursive: true, force: true });
}
