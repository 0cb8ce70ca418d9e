/** The trainer that a run would have. */
import type { Graph } from '../../../src-main/engine/graph/graph.ts';
import type { TailPlan } from '../../../src-main/engine/recipes/plan.ts';
import { onnxruntime } from '../../../src-main/engine/runtimes/onnxruntime.ts';
import { stepOptionsOf } from '../../../src-main/engine/training/step-options.ts';
import { openTrainer } from '../../../src-main/engine/training/trainer.ts';
import type { TrainSettings } from '../../../src-shared/train-settings.ts';
import { classes } from './golden.ts';

/** @param forward from features to logits. @param blocks values that leave the network's blocks, from the stem */
export async function trainerFor(
  forward: Graph,
  start: TailPlan['start'],
  settings: TrainSettings,
  blocks: readonly string[],
  labels: readonly number[],
) {
  const features = { dims: forward.inputs[0]!.dims.slice(1) as number[] };
  const step = stepOptionsOf(forward, {
    ...{ settings, start, blocks, classes, features, labels },
    split: { train: labels.map((_, i) => i) },
  });
  const trainer = await openTrainer({
    ...{ ...settings, runtime: onnxruntime, step, inParts: false, forward, features },
    threads: 1,
  });
  return { trainer, learned: step.trainable.map(({ name }) => name) };
}
