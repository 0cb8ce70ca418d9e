import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { explained, gradientGraph } from '../../src-main/engine/autodiff/input-gradient.ts';
import { gradCam } from '../../src-main/engine/explain/grad-cam.ts';
import { head } from '../../src-main/engine/graph/head.ts';
import { inferShapes } from '../../src-main/engine/graph/shapes.ts';
import { float32 } from '../../src-main/engine/graph/tensor.ts';
import { explain } from '../../src-main/engine/jobs/explain.ts';
import { nearest } from '../../src-main/engine/jobs/nearest.ts';
import { predict } from '../../src-main/engine/jobs/predict.ts';
import { train } from '../../src-main/engine/jobs/train.ts';
import { trainFeatures } from '../../src-main/engine/model/train-features.ts';
import type { Example, TrainJob } from '../../src-main/engine/protocol.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { uniform } from '../helpers/random.ts';
import { shapesJob } from '../helpers/shapes-job.ts';
import { expectClose, normalised } from '../helpers/small-networks.ts';
import golden from './fixtures/inside.json' with { type: 'json' };

const context = { signal: new AbortController().signal, report: () => {} };

describe('Grad-CAM', () => {
  const network = normalised();
  const maps = network.nodes.filter(({ op }) => op === 'Relu').map(({ outputs }) => outputs[0]!);
  const shapes = inferShapes(network);

  it.each([
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 1],
    [1, 2],
  ])("gives PyTorch's map at block %i for class %i", async (block, wanted) => {
    const graph = gradientGraph(network, head.logits, maps[block]!);
    const session = await onnxruntime.open(graph, { threads: 1 });
    const seed = new Float32Array(3);
    seed[wanted] = 1;
    const answer = await session.run({
      x: float32([1, 3, 8, 8], uniform('picture', 192, -1, 1)),
      [explained.seed]: float32([1, 3], seed),
    });
    await session.close();
    expectClose(answer[explained.logits]!.data as Float32Array, golden.gradCam.logits, 1e-3);
    const [, ...dims] = shapes.get(maps[block]!) as number[];
    const heat = gradCam(
      answer[explained.at]!.data as Float32Array,
      answer[explained.gradient]!.data as Float32Array,
      dims as [number, number, number],
    );
    const key = `${block} ${wanted}` as keyof typeof golden.gradCam.heat;
    expectClose(heat, golden.gradCam.heat[key], 1e-3);
  });

  it('is empty where nothing speaks for the class', () => {
    expect(gradCam([1, 2, 3, 4], [-1, -1, -1, -1], [1, 2, 2])).toEqual([0, 0, 0, 0]);
  });
});

/** Grey noise with a red or blue patch, always in one corner. */
async function patchJob(folder: string): Promise<TrainJob> {
  const job = await shapesJob(folder, 1);
  const pictures = join(folder, 'patches');
  await mkdir(pictures, { recursive: true });
  const examples: Example[] = [];
  for (let i = 0; i < 24; i++) {
    const label = i % 2;
    const path = join(pictures, `${i}.png`);
    const noise = uniform(`noise ${i}`, 224 * 224, 100, 150);
    const raw = Buffer.alloc(3 * 224 * 224);
    for (let y = 0; y < 224; y++) {
      for (let x = 0; x < 224; x++) {
        const inside = x >= 144 && x < 208 && y >= 16 && y < 80;
        for (let c = 0; c < 3; c++) {
          const lit = c === (label === 0 ? 0 : 2) ? 255 : 0;
          raw[3 * (y * 224 + x) + c] = inside ? lit : noise[y * 224 + x]!;
        }
      }
    }
    const png = await sharp(raw, { raw: { width: 224, height: 224, channels: 3 } })
      .png()
      .toBuffer();
    await writeFile(path, png);
    const sha256 = createHash('sha256').update(png).digest('hex');
    const split = i < 16 ? 'train' : i < 20 ? 'validation' : 'test';
    examples.push({ imageId: i + 1, sha256, path, label, split });
  }
  return { ...job, classes: ['red', 'blue'], examples };
}

describe('a trained model', () => {
  it('shows where it looks, what it was taught with, and how far it is to be believed', async () => {
    const folder = await temporaryFolder();
    const job = await patchJob(folder);
    const result = await train(job, context);
    expect(result.temperature).toBe(1); // no mistake among four validation pictures
    expect(result.validationPredictions.map(({ imageId }) => imageId)).toEqual([17, 18, 19, 20]);

    const model = join(job.runFolder, 'model.onnx');
    const file = job.examples[22]!.path;
    const explanation = await explain({ kind: 'explain', model, file });
    const { width, height, heat, blocks, block, probabilities } = explanation;
    expect(explanation.class).toBe(0);
    expect(block).toBe(blocks.at(-1));
    expect(blocks.length).toBeGreaterThan(3);
    const { predictions } = await predict({ kind: 'predict', model, files: [file] }, context);
    expectClose(probabilities, [...predictions[0]!.probabilities], 1e-3);
    // The patch is the only thing that tells them apart: it speaks for its own colour and not for the other.
    const inPatch = (heats: readonly number[]) => {
      const quarter = heats.filter(
        (_, i) => (i % width) / width >= 0.5 && Math.floor(i / width) / height < 0.5,
      );
      return quarter.reduce((sum, value) => sum + value, 0) / heats.reduce((a, b) => a + b, 0);
    };
    const blue = await explain({ kind: 'explain', model, file, class: 1 });
    expect(inPatch(heat)).toBeGreaterThan(2 * inPatch(blue.heat));
    // One block earlier, the brightest place is in it.
    const before = await explain({ kind: 'explain', model, file, block: blocks.at(-2)! });
    const brightest = before.heat.indexOf(1);
    expect((brightest % before.width) / before.width).toBeGreaterThanOrEqual(0.5);
    expect(Math.floor(brightest / before.width) / before.height).toBeLessThan(0.5);

    const early = await explain({ kind: 'explain', model, file, block: blocks[1]!, class: 1 });
    expect(early.class).toBe(1);
    expect(early.width).toBeGreaterThan(width);
    await expect(explain({ kind: 'explain', model, file, block: 'nowhere' })).rejects.toThrow(
      'has no block “nowhere” with a map to look at',
    );

    const features = join(job.runFolder, trainFeatures);
    const ask = { kind: 'nearest', model, features, file, count: 5 } as const;
    const { near } = await nearest({ ...ask, except: null });
    expect(near).toHaveLength(5);
    expect(near.every(({ id }) => job.examples[id - 1]!.label === 0)).toBe(true);
    expect(near.every(({ id }) => job.examples[id - 1]!.split === 'train')).toBe(true);
    const itself = { ...ask, file: job.examples[2]!.path };
    expect((await nearest({ ...itself, except: null })).near[0]).toMatchObject({ id: 3 });
    expect((await nearest({ ...itself, except: 3 })).near.map(({ id }) => id)).not.toContain(3);
  });
});
