/** The same work on TensorFlow and on ONNX Runtime, in turns: features, the last stage, the whole network. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mobilenetV2Torchvision } from '../../src-main/engine/backbones/mobilenet.ts';
import { resnet18 } from '../../src-main/engine/backbones/resnet.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import type { Runtime } from '../../src-main/engine/runtimes/runtime.ts';
import { loadTensorflow } from '../../src-main/engine/runtimes/tensorflow/library.ts';
import { tensorflow } from '../../src-main/engine/runtimes/tensorflow/tensorflow.ts';
import { drawWeights } from '../helpers/drawn-weights.ts';
import { report, threads } from './helpers/contest.ts';
import { examplesOf, extraction } from './helpers/extract.ts';
import { photo } from './helpers/photos.ts';
import { median } from './helpers/print.ts';
import { trainingSpeed } from './helpers/train.ts';

const rounds = 3;
const pictures = 64;

const { tf, version, usesGpu } = await loadTensorflow({ threads });
const there = tensorflow(tf);
const name = `TensorFlow ${version} on ${usesGpu ? 'a GPU' : 'the processor'}`;

/** One line: ONNX Runtime's figure, with TensorFlow's as its reference; above 1, ONNX Runtime does more. */
async function inTurns(work: string, run: (runtime: Runtime) => Promise<number>): Promise<void> {
  const speeds: Record<'here' | 'there', number[]> = { here: [], there: [] };
  for (let round = 0; round < rounds; round++) {
    speeds.here.push(await run(onnxruntime));
    speeds.there.push(await run(there));
  }
  const reference = { name, value: median(speeds.there) };
  report({ work, unit: 'pictures/s', graft: median(speeds.here), reference });
}

const networks = [
  { architecture: resnet18, after: 'layer3.1', stage: 'the last stage' },
  { architecture: mobilenetV2Torchvision, after: 'block15', stage: 'the last 3 blocks' },
];

const folder = await mkdtemp(join(tmpdir(), 'graft-runtimes-'));
try {
  await mkdir(join(folder, 'pictures'));
  const paths = await Promise.all(
    Array.from({ length: pictures }, async (_, i) => {
      const path = join(folder, 'pictures', `${i}.jpg`);
      await writeFile(path, await photo(i, 500, 375));
      return path;
    }),
  );
  const examples = await examplesOf(paths);
  for (const { architecture, after, stage } of networks) {
    const { title } = architecture;
    const backbone = architecture.build(drawWeights(architecture));
    await inTurns(`JPEG files to ${title} features`, (runtime) =>
      extraction(backbone, examples, folder, runtime),
    );
    await inTurns(`${title}, fine-tune ${stage}, batch 32`, (runtime) =>
      trainingSpeed({ architecture, after, batchSize: 32, pictures, runtime }),
    );
    await inTurns(`${title}, fine-tune all, batch 16`, (runtime) =>
      trainingSpeed({ architecture, after: null, batchSize: 16, pictures: 32, runtime }),
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
