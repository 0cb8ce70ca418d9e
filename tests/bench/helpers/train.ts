/** Epochs after the first, as a run trains them, on inputs that are in memory. */
import type { Architecture } from '../../../src-main/engine/backbones/backbone.ts';
import { imageInput } from '../../../src-main/engine/backbones/backbone.ts';
import { inMemory } from '../../../src-main/engine/features/features.ts';
import { cut } from '../../../src-main/engine/graph/cut.ts';
import { size } from '../../../src-main/engine/graph/tensor.ts';
import { onnxruntime } from '../../../src-main/engine/runtimes/onnxruntime.ts';
import type { Runtime } from '../../../src-main/engine/runtimes/runtime.ts';
import { trainTail } from '../../../src-main/engine/training/train-tail.ts';
import { completeSettings } from '../../../src-shared/recipes.ts';
import { drawWeights } from '../../helpers/drawn-weights.ts';
import { uniform } from '../../helpers/random.ts';
import { median } from './print.ts';

export const classes = 10;
const epochs = 4;

export interface Training {
  readonly architecture: Architecture;
  /** Cut after this block; at the input when null. */
  readonly after: string | null;
  readonly batchSize: number;
  /** Training pictures. */
  readonly pictures: number;
  /** ONNX Runtime on the processor when absent. */
  readonly runtime?: Runtime;
}

/** Pictures a second of the epochs after the first. */
export async function trainingSpeed(training: Training): Promise<number> {
  const { architecture, after, batchSize, pictures, runtime = onnxruntime } = training;
  const { graph, blocks } = architecture.build(drawWeights(architecture));
  const place = after === null ? imageInput : blocks.find(({ name }) => name === after)!.output;
  const { trunk, tail } = cut(graph, place);
  const dims = (after === null ? graph.inputs[0]! : trunk.outputs[0]!).dims.slice(1) as number[];
  const indices = Array.from({ length: pictures }, (_, i) => i);
  const speeds: number[] = [];
  await trainTail({
    runtime,
    tail,
    features: inMemory(uniform('features', pictures * size(dims), 0, 1), dims),
    labels: indices.map((i) => i % classes),
    classes,
    split: { train: indices, validation: indices.slice(0, batchSize), test: [] },
    settings: completeSettings('fine-tune-top', { epochs, batchSize, patience: epochs }),
    signal: new AbortController().signal,
    onEpoch: ({ epoch, imagesPerSecond }) => {
      if (epoch > 1) speeds.push(imagesPerSecond);
    },
  });
  return median(speeds);
}
