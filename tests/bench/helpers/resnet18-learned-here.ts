/**
 * ResNet18 with weights that have learned something, for no package carries any: from scratch on icons, at 128 pixels, in some
 * minutes. What it tells apart is little; what its layers give lies as in a trained network, which is what 8 bits depend on.
 */
import type { Backbone } from '../../../src-main/engine/backbones/backbone.ts';
import { resnet18 } from '../../../src-main/engine/backbones/resnet.ts';
import { inMemory } from '../../../src-main/engine/features/features.ts';
import type { Tensor } from '../../../src-main/engine/graph/graph.ts';
import { onnxruntime } from '../../../src-main/engine/runtimes/onnxruntime.ts';
import { trainTail } from '../../../src-main/engine/training/train-tail.ts';
import { loadPixels } from '../../../src-main/images/pixels.ts';
import { completeSettings } from '../../../src-shared/recipes.ts';
import { drawWeights } from '../../helpers/drawn-weights.ts';
import { labelledSet } from './labelled-sets/write.ts';

const [side, perClass, epochs] = [128, 150, 20];

let learned: Promise<Backbone> | undefined;

/** Learned once. */
export function resnet18LearnedHere(): Promise<Backbone> {
  learned ??= learn();
  return learned;
}

async function learn(): Promise<Backbone> {
  const { classes, pictures } = await labelledSet('icons', perClass);
  const { graph, preprocessing } = resnet18.build(drawWeights(resnet18));
  const dims = [3, side, side];
  const pixels = new Float32Array(pictures.length * 3 * side ** 2);
  for (const [i, { path }] of pictures.entries()) {
    const one = await loadPixels(path, { ...preprocessing, size: side });
    pixels.set(one, i * one.length);
  }
  const indices = [...pictures.keys()];
  const { weights, validation } = await trainTail({
    runtime: onnxruntime,
    tail: { ...graph, inputs: [{ ...graph.inputs[0]!, dims: ['batch', ...dims] }] },
    start: 'random',
    features: inMemory(pixels, dims),
    labels: pictures.map(({ label }) => label),
    classes: classes.length,
    split: {
      train: indices.filter((i) => i % 5 > 0),
      validation: indices.filter((i) => i % 5 === 0),
      test: [],
    },
    settings: completeSettings('from-scratch', { epochs, patience: epochs }),
    signal: new AbortController().signal,
    onEpoch: ({ epoch, validationAccuracy }) =>
      console.error(`ResNet18 on icons, epoch ${epoch}: ${validationAccuracy.toFixed(3)}`),
  });
  console.error(`ResNet18 tells ${classes.length} kinds of icons apart: ${validation.accuracy}`);
  const own = Object.entries(weights).filter(([name]) => resnet18.parameters.has(name));
  return resnet18.build(new Map<string, Tensor>(own));
}
