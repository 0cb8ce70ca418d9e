/**
 * A program: trains two small networks for ten steps on a device, the first argument, and prints what came
 * of it as JSON. A process of its own, because a driver is looked for in the environment it starts with.
 */

import type { StepOptions } from '../../src-main/engine/autodiff/step.ts';
import type { Graph } from '../../src-main/engine/graph/graph.ts';
import { head } from '../../src-main/engine/graph/head.ts';
import { size } from '../../src-main/engine/graph/tensor.ts';
import { parametersOf } from '../../src-main/engine/recipes/parameters.ts';
import { onDevice } from '../../src-main/engine/runtimes/onnxruntime.ts';
import {
  isHere,
  type Runtime,
  type Session,
  type Values,
} from '../../src-main/engine/runtimes/runtime.ts';
import { openTrainer } from '../../src-main/engine/training/trainer.ts';
import type { DeviceKind } from '../../src-shared/devices.ts';
import { uniform } from './random.ts';
import { smallTail, smallTailDims } from './small-tail.ts';

const pictures = 24;
const batch = 8;
const steps = 10;

/** Counts the numbers that are brought to a session and given back by it. */
function counting(runtime: Runtime) {
  const counts = { brought: 0, given: 0 };
  const numbers = (values: Values) =>
    Object.values(values).reduce(
      (sum, value) => sum + (isHere(value) ? size(value.dims as number[]) : 0),
      0,
    );
  const counted: Runtime = {
    ...runtime,
    async open(model, options): Promise<Session> {
      const session = await runtime.open(model, options);
      return {
        ...session,
        async runThere(feeds, fetches, into) {
          const results = await session.runThere(feeds, fetches, into);
          const wanted = Object.fromEntries(session.inputs.map(({ name }) => [name, feeds[name]!]));
          counts.brought += numbers(wanted);
          counts.given += numbers(results);
          return results;
        },
      };
    },
  };
  return { counted, counts };
}

async function train(
  device: DeviceKind,
  forward: Graph,
  options: Partial<StepOptions>,
  inParts: boolean,
) {
  const stepOptions: StepOptions = {
    logits: head.logits,
    trainable: parametersOf(forward).map((parameter) => ({
      ...parameter,
      group: parameter.name.startsWith('head.') ? 'head' : 'backbone',
    })),
    optimizer: 'adamw',
    weightDecay: 0.01,
    dropout: 0,
    clipNorm: 1,
    ...options,
  };
  const all = uniform('features', pictures * size(smallTailDims), -1, 1);
  const { counted, counts } = counting(onDevice(device));
  const trainer = await openTrainer({
    runtime: counted,
    step: stepOptions,
    inParts,
    forward,
    features: { dims: smallTailDims },
    held: { all, count: pictures },
    learningRate: 0.01,
    backboneLearningRate: 0.003,
    threads: 1,
  });
  const losses: number[] = [];
  let afterFirst = { ...counts };
  for (let at = 0; at < steps; at++) {
    const rows = Array.from({ length: batch }, (_, i) => (at * batch + i) % pictures);
    const part = (of: readonly number[]) => async () => ({
      features: { rows: of },
      labels: of.map((row) => row % 3),
      dropout: null,
    });
    const parts = inParts ? [part(rows.slice(0, 4)), part(rows.slice(4))] : [part(rows)];
    losses.push(await trainer.step({ parts, rateFactor: 1, divisor: batch }));
    if (at === 0) afterFirst = { ...counts };
  }
  const perStep = {
    brought: (counts.brought - afterFirst.brought) / (steps - 1),
    given: (counts.given - afterFirst.given) / (steps - 1),
  };
  const { weights } = await trainer.read();
  await trainer.close();
  const parameters = Object.values(weights).reduce((sum, { dims }) => sum + size(dims), 0);
  return {
    losses,
    perStep,
    parameters,
    weights: Object.fromEntries(
      Object.entries(weights).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
    ),
  };
}

const device = process.argv[2] as DeviceKind;
const results = {
  frozen: await train(device, smallTail(), {}, false),
  batch: await train(device, smallTail(), { statistics: 'batch', optimizer: 'sgd' }, false),
  parts: await train(device, smallTail(), {}, true),
};
console.log(JSON.stringify(results));
