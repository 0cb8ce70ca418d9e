/**
 * How fast a training step of ResNet18's layer4 and a new head is, on cached features:
 *
 *     node tests/bench/tail.ts [batch] [steps] [optimizer]
 *
 * tail.py beside this file measures the same in PyTorch.
 */
import { performance } from 'node:perf_hooks';
import type { Optimizer } from '../../src-main/engine/autodiff/step.ts';
import { trainingStep } from '../../src-main/engine/autodiff/training-step.ts';
import type { Tensor } from '../../src-main/engine/graph/graph.ts';
import { head } from '../../src-main/engine/graph/head.ts';
import { encodeModel } from '../../src-main/engine/graph/onnx.ts';
import { float32, int64, size } from '../../src-main/engine/graph/tensor.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { integers, uniform } from '../helpers/random.ts';
import { resnetTail, resnetTailTrainable } from '../helpers/resnet-tail.ts';

const [batch = 32, steps = 8] = process.argv.slice(2, 4).map(Number);
const optimizer = (process.argv[4] ?? 'sgd') as Optimizer;

const forward = resnetTail(10);
const { graph, slots } = trainingStep(forward, {
  logits: head.logits,
  trainable: resnetTailTrainable(forward),
  optimizer,
  weightDecay: 0.01,
  dropout: 0,
});
const session = await onnxruntime.open(encodeModel(graph), { threads: 2 });

const dims = [batch, 256, 14, 14];
const fixed = {
  [graph.inputs[0]!.name]: float32(dims, uniform('features', size(dims), 0, 1)),
  labels: int64([batch], integers('labels', batch, 10)),
  learning_rate: float32([], [1e-4]),
  backbone_learning_rate: float32([], [1e-4]),
};
const names = slots.flatMap((slot) => [slot.name, ...slot.state]);
const zeros = (of: readonly number[]) => float32(of, new Float32Array(size(of)));
let state: Record<string, Tensor> = Object.fromEntries(
  slots.flatMap((slot) => [
    [slot.name, forward.initializers.get(slot.name)!],
    ...slot.state.map((name) => [name, zeros(slot.dims)] as const),
  ]),
);
// Two sets of arrays, written in turn: a step reads one and writes the other.
let spare: Record<string, Tensor> = Object.fromEntries(
  Object.entries(state).map(([name, tensor]) => [`${name}:next`, zeros(tensor.dims)]),
);
const times: number[] = [];
for (let step = 1; step <= steps; step++) {
  const start = performance.now();
  const feeds = { ...fixed, ...state, step: float32([], [step]) };
  const results = await session.run(feeds, ['loss', ...Object.keys(spare)], spare);
  times.push(performance.now() - start);
  const read = state;
  state = Object.fromEntries(names.map((name) => [name, results[`${name}:next`]!]));
  spare = Object.fromEntries(names.map((name) => [`${name}:next`, read[name]!]));
  if (step === 1 || step === steps) console.log(`step ${step}: loss ${results.loss!.data[0]}`);
}
await session.close();
const best = Math.min(...times.slice(1));
console.log(
  `${optimizer}, batch ${batch}: ${best.toFixed(0)} ms a step, ${((1000 * batch) / best).toFixed(1)} images/s`,
);
