/** One run: features, training, test, export. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { deviceTitles } from '../../../src-shared/devices.ts';
import type { SplitName } from '../../../src-shared/domain.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import { recipes } from '../../../src-shared/recipes.ts';
import { runtimeTitles } from '../../../src-shared/runtimes.ts';
import { version } from '../../programs.ts';
import type { Backbone } from '../backbones/backbone.ts';
import { loadBackbone } from '../backbones/weight-file.ts';
import { type MemoryPlan, memoryNote, planMemory } from '../memory/micro-batch.ts';
import { wholeModel, withTrunk, writeModel } from '../model/model-file.ts';
import { trainFeatures, writeTrainFeatures } from '../model/train-features.ts';
import type { HeldOutPrediction, TrainJob, TrainResult } from '../protocol.ts';
import { runtimeFor } from '../runtimes/choose.ts';
import { onDevice, onnxruntime } from '../runtimes/onnxruntime.ts';
import { DeviceFailed, type Runtime, RuntimeFailed } from '../runtimes/runtime.ts';
import {
  type Checkpoint,
  checkpointForm,
  fingerprintOf,
  readCheckpoint,
  writeCheckpoint,
} from '../training/checkpoint.ts';
import { endRows } from '../training/end-features.ts';
import { calibrated, fittedTemperature } from '../training/temperature.ts';
import { type TailOptions, type TrainedTail, trainTail } from '../training/train-tail.ts';
import type { JobContext } from './job.ts';
import { type Prepared, prepare } from './prepare.ts';

export async function train(job: TrainJob, context: JobContext): Promise<TrainResult> {
  checkExamples(job);
  const backbone = await loadBackbone(job.backbone);
  const { runtime, note } = await runtimeFor(job, backbone.graph);
  context.report({ kind: 'runtime', runtime: runtime.name, note });
  try {
    return await trainOn(backbone, job, context, runtime);
  } catch (error) {
    if (context.signal.aborted) throw error;
    // It goes on from its checkpoint, if it came to one.
    if (error instanceof DeviceFailed) {
      const note = `${deviceTitles[error.device]} cannot be used: ${error.message}. It was trained on the processor instead.`;
      context.report({ kind: 'device', device: 'cpu', note });
      return trainOn(backbone, job, context, onnxruntime);
    }
    if (error instanceof RuntimeFailed) {
      const note = `${runtimeTitles[error.runtime]} cannot be used: ${error.message}. It was trained with ONNX Runtime instead.`;
      context.report({ kind: 'runtime', runtime: 'onnxruntime', note });
      return trainOn(backbone, job, context, onDevice(job.device ?? 'cpu'));
    }
    throw error;
  }
}

/** The same on a network that is loaded already. */
export async function trainOn(
  whole: Backbone,
  job: TrainJob,
  context: JobContext,
  runtime: Runtime = onDevice(job.device ?? 'cpu'),
): Promise<TrainResult> {
  const examples = inOrder(job);
  const memory = reportMemory(whole, job, runtime, context);
  const prepared = await prepare({ runtime, job, backbone: whole, examples, context });
  let trained: Trained;
  try {
    // Not of how many pictures are computed at once, which is chosen by the memory of the moment.
    const fingerprint = fingerprintOf(belongsTo(job, examples));
    const from = await readCheckpoint(job.runFolder, fingerprint);
    context.report({ kind: 'begun', epochs: from?.epochs ?? [] });
    trained = await trainPrepared(prepared, job, memory, {
      runtime,
      signal: context.signal,
      from: from ?? undefined,
      keep: (checkpoint: Checkpoint) => writeCheckpoint(job.runFolder, fingerprint, checkpoint),
      onEpoch: (epoch) => context.report({ kind: 'epoch', epoch }),
      onHeadEpoch: (done) =>
        context.report({ kind: 'phase', phase: 'head', done, total: job.settings.headEpochs }),
    });
    if (!job.predictionsOnly) {
      await writeModels(prepared, trained, job);
      await keepTrainFeatures(prepared, trained, job, memory, { ...context, runtime });
    }
  } finally {
    prepared.close();
  }
  const { result, temperature, predictions, validationPredictions } = trained;
  return {
    bestEpoch: result.bestEpoch,
    epochs: result.epochs,
    trained: prepared.trained,
    trainedBlocks: prepared.trainedBlocks,
    validation: result.validation,
    quantisation: prepared.fast?.quantisation ?? null,
    layers: prepared.layers,
    temperature,
    predictions,
    validationPredictions,
  };
}

/** The same order whatever the order in which they were given: shuffling starts from it. */
const inOrder = ({ examples }: TrainJob) => examples.toSorted((a, b) => a.imageId - b.imageId);

interface Trained {
  readonly result: TrainedTail;
  readonly temperature: number;
  readonly predictions: readonly HeldOutPrediction[];
  readonly validationPredictions: readonly HeldOutPrediction[];
}

type Following = Pick<
  TailOptions,
  'runtime' | 'signal' | 'from' | 'keep' | 'onEpoch' | 'onHeadEpoch'
>;

async function trainPrepared(
  { backbone, tail, start, features }: Prepared,
  job: TrainJob,
  { microBatch }: MemoryPlan,
  following: Following,
): Promise<Trained> {
  const examples = inOrder(job);
  const indices = (split: SplitName) =>
    examples.flatMap((example, at) => (example.split === split ? [at] : []));
  const [test, validation] = [indices('test'), indices('validation')];
  const result = await trainTail({
    tail,
    start,
    features,
    labels: examples.map(({ label }) => label),
    classes: job.classes.length,
    split: { train: indices('train'), validation, test },
    settings: job.settings,
    blocks: backbone.blocks.map(({ output }) => output),
    microBatch,
    half: job.half === true && following.runtime.apart,
    ...following,
  });
  const labels = validation.map((at) => examples[at]!.label);
  const temperature = fittedTemperature(result.validationLogits, labels);
  const said = (of: readonly number[], logits: readonly Float32Array[]) =>
    of.map((at, i) => ({
      imageId: examples[at]!.imageId,
      actual: examples[at]!.label,
      probabilities: calibrated(logits[i]!, temperature),
    }));
  return {
    result,
    temperature,
    predictions: said(test, result.testLogits),
    validationPredictions: said(validation, result.validationLogits),
  };
}

async function writeModels(
  { backbone, tail, fast }: Prepared,
  { result: { weights }, temperature }: Trained,
  job: TrainJob,
): Promise<void> {
  await mkdir(job.runFolder, { recursive: true });
  const description = {
    classes: job.classes,
    backbone: job.backbone.name,
    recipe: job.recipe,
    temperature,
    version,
  };
  await writeModel(join(job.runFolder, 'model.onnx'), wholeModel(backbone, weights, description));
  if (!fast) return;
  const graph = withTrunk(backbone.graph, fast.trunk, tail);
  await writeModel(
    join(job.runFolder, 'model.fast.onnx'),
    wholeModel({ ...backbone, graph }, weights, description),
  );
}

/** What the last layer sees of the training pictures, for the question which of them are near another. */
async function keepTrainFeatures(
  { tail, features }: Prepared,
  { result: { weights } }: Trained,
  job: TrainJob,
  { microBatch }: MemoryPlan,
  { runtime, signal }: Pick<Following, 'runtime' | 'signal'>,
): Promise<void> {
  const examples = inOrder(job);
  const train = examples.flatMap(({ split }, at) => (split === 'train' ? [at] : []));
  const at = { features, examples: train };
  const rows = await endRows({ runtime, tail, weights, ...at, microBatch, signal });
  const ids = train.map((at) => examples[at]!.imageId);
  await writeTrainFeatures(join(job.runFolder, trainFeatures), ids, rows);
}

/**
 * All that moves the numbers of a training, but for where and with what they are computed: a training goes on
 * elsewhere. Another version may compute them in another order.
 */
function belongsTo(job: TrainJob, examples: TrainJob['examples']) {
  const { backbone, recipe, classes } = job;
  const { device: _, runtime: __, ...settings } = job.settings;
  const pictures = examples.map(({ sha256, label, split }) => [sha256, label, split]);
  return {
    version,
    checkpointForm,
    backbone: backbone.sha256,
    recipe,
    settings,
    classes,
    pictures,
  };
}

/** Decides how many pictures are computed at once, and says so. */
function reportMemory(
  backbone: Backbone,
  job: TrainJob,
  { name }: Runtime,
  { report }: JobContext,
): MemoryPlan {
  const { recipe, settings, classes, examples } = job;
  const counts = { classes: classes.length, examples: examples.length };
  const task = { backbone, recipe, settings, ...counts, runtime: name };
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
