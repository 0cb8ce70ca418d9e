/** One run: features, training, test, export. */
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { SplitName } from '../../../src-shared/domain.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import { version } from '../../programs.ts';
import type { Trainable } from '../autodiff/step.ts';
import { trainingStep } from '../autodiff/training-step.ts';
import type { Backbone } from '../backbones/backbone.ts';
import { loadBackbone } from '../backbones/weight-file.ts';
import { extractFeatures } from '../features/extract.ts';
import { type Features, openFeatures } from '../features/features.ts';
import { cut } from '../graph/cut.ts';
import type { Graph } from '../graph/graph.ts';
import { appendHead, head } from '../graph/head.ts';
import { float32 } from '../graph/tensor.ts';
import { wholeModel, writeModel } from '../model/model-file.ts';
import type { Example, TrainJob, TrainResult } from '../protocol.ts';
import { parametersOf } from '../recipes/parameters.ts';
import { plan } from '../recipes/plan.ts';
import { onnxruntime as runtime } from '../runtimes/onnxruntime.ts';
import { softmax } from '../training/classification.ts';
import { Classifier } from '../training/classifier.ts';
import { type Fitted, fit } from '../training/fit.ts';
import { Trainer } from '../training/trainer.ts';
import type { JobContext } from './job.ts';

/** Always as many as the machine has: the order of additions, and so the numbers, depend on it. */
const threads = availableParallelism();

export async function train(job: TrainJob, context: JobContext): Promise<TrainResult> {
  checkExamples(job);
  // The same order whatever the order in which they were given: shuffling starts from it.
  const examples = job.examples.toSorted((a, b) => a.imageId - b.imageId);
  const backbone = await loadBackbone(job.backbone);
  const { cut: value, trained, trainedBlocks } = plan(job.recipe, job.settings, backbone);
  const { trunk, tail } = cut(backbone.graph, value);
  const dims = trunk.outputs[0]!.dims.slice(1) as number[];

  const cache = await extractFeatures({
    runtime,
    trunk,
    weights: job.backbone.sha256,
    preprocessing: backbone.preprocessing,
    dims,
    folder: job.features,
    examples,
    ...context,
  });
  try {
    const features = openFeatures(cache, examples, dims);
    const { fitted, logits, test } = await fitTail(
      job,
      backbone,
      tail,
      examples,
      features,
      context,
    );
    const description = {
      classes: job.classes,
      backbone: job.backbone.name,
      recipe: job.recipe,
      version,
    };
    await mkdir(job.runFolder, { recursive: true });
    await writeModel(
      join(job.runFolder, 'model.onnx'),
      wholeModel(backbone, fitted.weights, description),
    );
    return {
      bestEpoch: fitted.bestEpoch,
      epochs: fitted.epochs,
      trained,
      trainedBlocks,
      validation: fitted.validation,
      predictions: test.map((at, i) => ({
        imageId: examples[at]!.imageId,
        actual: examples[at]!.label,
        probabilities: softmax(logits[i]!),
      })),
    };
  } finally {
    cache.close();
  }
}

/** Trains what is above the cut, and reads the test pictures once, with the best weights. */
async function fitTail(
  { settings, classes }: TrainJob,
  backbone: Backbone,
  tail: Graph,
  examples: readonly Example[],
  features: Features,
  { signal, report }: JobContext,
): Promise<{ fitted: Fitted; logits: Float32Array[]; test: readonly number[] }> {
  const forward = withNewHead(tail, classes.length, backbone.features);
  const trainable: Trainable[] = parametersOf(forward).map((parameter) => ({
    ...parameter,
    group: parameter.name === head.weight || parameter.name === head.bias ? 'head' : 'backbone',
  }));
  const { optimizer, weightDecay, dropout, learningRate, backboneLearningRate } = settings;
  const step = trainingStep(forward, {
    logits: head.logits,
    trainable,
    optimizer,
    weightDecay,
    dropout,
  });
  const names = trainable.map(({ name }) => name);
  const indices = (split: SplitName) =>
    examples.flatMap((example, at) => (example.split === split ? [at] : []));
  const test = indices('test');

  const classifier = await Classifier.open(runtime, forward, names, threads);
  try {
    const trainer = await Trainer.open({
      runtime,
      step,
      forward,
      dims: features.dims,
      headInputs: backbone.features,
      learningRate,
      backboneLearningRate,
      threads,
    });
    try {
      const fitted = await fit({
        trainer,
        classifier,
        features,
        labels: examples.map(({ label }) => label),
        train: indices('train'),
        validation: indices('validation'),
        settings,
        signal,
        onEpoch: (epoch) => report({ kind: 'epoch', epoch }),
      });
      const logits = await classifier.logits(fitted.weights, features, test, signal);
      return { fitted, logits, test };
    } finally {
      await trainer.close();
    }
  } finally {
    await classifier.close();
  }
}

/**
 * The new last layer starts at zero: every class is equally likely at first, the start depends on no
 * seed, and adapted blocks are not pushed about by the noise of a random layer above them (their first
 * gradient is zero, and grows as the head learns).
 */
function withNewHead(tail: Graph, classes: number, width: number): Graph {
  const zeros = (...dims: number[]) =>
    float32(dims, new Float32Array(dims.reduce((product, dim) => product * dim, 1)));
  return appendHead(tail, zeros(classes, width), zeros(classes));
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
