/** One run: features, training, test, export. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SplitName } from '../../../src-shared/domain.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import { recipes } from '../../../src-shared/recipes.ts';
import { version } from '../../programs.ts';
import type { Backbone } from '../backbones/backbone.ts';
import { loadBackbone } from '../backbones/weight-file.ts';
import { type MemoryPlan, memoryNote, planMemory } from '../memory/micro-batch.ts';
import { wholeModel, withTrunk, writeModel } from '../model/model-file.ts';
import type { TrainJob, TrainResult } from '../protocol.ts';
import { onnxruntime as runtime } from '../runtimes/onnxruntime.ts';
import {
  type Checkpoint,
  fingerprintOf,
  readCheckpoint,
  writeCheckpoint,
} from '../training/checkpoint.ts';
import { softmax } from '../training/classification.ts';
import { trainTail } from '../training/train-tail.ts';
import type { JobContext } from './job.ts';
import { prepare } from './prepare.ts';

export async function train(job: TrainJob, context: JobContext): Promise<TrainResult> {
  checkExamples(job);
  return trainOn(await loadBackbone(job.backbone), job, context);
}

/** The same on a network that is loaded already. */
export async function trainOn(
  whole: Backbone,
  job: TrainJob,
  context: JobContext,
): Promise<TrainResult> {
  // The same order whatever the order in which they were given: shuffling starts from it.
  const examples = job.examples.toSorted((a, b) => a.imageId - b.imageId);
  const { microBatch } = reportMemory(whole, job, context);
  const prepared = await prepare({ job, backbone: whole, examples, context });
  const { backbone, tail, start, features, trained, trainedBlocks, fast } = prepared;
  try {
    const indices = (split: SplitName) =>
      examples.flatMap((example, at) => (example.split === split ? [at] : []));
    const test = indices('test');
    // Not of how many pictures are computed at once, which is chosen by the memory of the moment.
    const fingerprint = fingerprintOf(belongsTo(job, examples));
    const from = await readCheckpoint(job.runFolder, fingerprint);
    context.report({ kind: 'begun', epochs: from?.epochs ?? [] });
    const result = await trainTail({
      runtime,
      tail,
      start,
      features,
      labels: examples.map(({ label }) => label),
      classes: job.classes.length,
      split: { train: indices('train'), validation: indices('validation'), test },
      settings: job.settings,
      blocks: backbone.blocks.map(({ output }) => output),
      microBatch,
      signal: context.signal,
      from: from ?? undefined,
      keep: (checkpoint: Checkpoint) => writeCheckpoint(job.runFolder, fingerprint, checkpoint),
      onEpoch: (epoch) => context.report({ kind: 'epoch', epoch }),
      onHeadEpoch: (done) =>
        context.report({ kind: 'phase', phase: 'head', done, total: job.settings.headEpochs }),
    });
    await mkdir(job.runFolder, { recursive: true });
    const description = {
      classes: job.classes,
      backbone: job.backbone.name,
      recipe: job.recipe,
      version,
    };
    await writeModel(
      join(job.runFolder, 'model.onnx'),
      wholeModel(backbone, result.weights, description),
    );
    if (fast) {
      const graph = withTrunk(backbone.graph, fast.trunk, tail);
      await writeModel(
        join(job.runFolder, 'model.fast.onnx'),
        wholeModel({ ...backbone, graph }, result.weights, description),
      );
    }
    return {
      bestEpoch: result.bestEpoch,
      epochs: result.epochs,
      trained,
      trainedBlocks,
      validation: result.validation,
      quantisation: fast?.quantisation ?? null,
      layers: prepared.layers,
      predictions: test.map((at, i) => ({
        imageId: examples[at]!.imageId,
        actual: examples[at]!.label,
        probabilities: softmax(result.testLogits[i]!),
      })),
    };
  } finally {
    prepared.close();
  }
}

/** All that moves the numbers of a training. Another version may compute them in another order. */
function belongsTo(job: TrainJob, examples: TrainJob['examples']) {
  const { backbone, recipe, settings, classes } = job;
  const pictures = examples.map(({ sha256, label, split }) => [sha256, label, split]);
  return { version, backbone: backbone.sha256, recipe, settings, classes, pictures };
}

/** Decides how many pictures are computed at once, and says so. */
function reportMemory(backbone: Backbone, job: TrainJob, { report }: JobContext): MemoryPlan {
  const { recipe, settings, classes, examples } = job;
  const task = { backbone, recipe, settings, classes: classes.length, examples: examples.length };
  const free = process.availableMemory() + process.memoryUsage.rss();
  const planned = planMemory(task, free, job.mostAtOnce);
  // Where whole batches are always computed, no smaller part is left to try.
  const isWhole = recipes[recipe].unused.includes('microBatch');
  const microBatch = isWhole ? 1 : planned.microBatch;
  report({ kind: 'memory', microBatch, note: memoryNote(planned, settings) });
  return planned;
}

/** @throws StudioError when there is too little to train on */
function checkExamples({ classes, examples }: TrainJob): void {
  const refuse = (message: string) => {
    throw new StudioError('refused', message);
  };
  const used = new Set(
    examples.flatMap(({ label, split }) => (split === 'train' ? [classes[label]!] : [])),
  );
  if (used.size < 2) {
    const found = used.size === 0 ? 'there is none' : `there is only “${[...used][0]}”`;
    refuse(`Training needs pictures of at least two labels, and ${found}: label more pictures.`);
  }
  const purposes: Readonly<Record<SplitName, string>> = {
    train: 'to train on',
    validation: 'to find the best epoch with (validation)',
    test: 'to test the result on',
  };
  for (const [split, purpose] of Object.entries(purposes)) {
    if (!examples.some((example) => example.split === split)) {
      refuse(`There are no pictures ${purpose}: label a few more.`);
    }
  }
}
