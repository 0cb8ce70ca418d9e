/** One small training step on a device, against the same on the processor. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceKind, DeviceTrial } from '../../../src-shared/devices.ts';
import type { StepGraph, StepOptions, Trainable } from '../autodiff/step.ts';
import { trainingStep } from '../autodiff/training-step.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { appendHead, head } from '../graph/head.ts';
import { float32, int64, size } from '../graph/tensor.ts';
import { onDevice } from '../runtimes/onnxruntime.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { seededRandom } from '../training/random.ts';
import { openTrainer } from '../training/trainer.ts';

/** What is only imitated takes a second for what a GPU does in a millisecond. */
const sizes = { usual: { channels: 64, side: 14 }, small: { channels: 8, side: 6 } } as const;
type Size = (typeof sizes)[keyof typeof sizes];
const classes = 4;
const batch = 16;
/** The first ones prepare what later ones use. */
const steps = { first: 2, timed: 5 };
/** A device that is slow need not show it five times. */
const enoughSeconds = 3;
/** Of losses: half precision has three decimals. */
const toleratedInHalf = 1e-2;

/** Throws a DeviceFailed where the device cannot be used. */
export async function tryDevice(kind: DeviceKind, software: boolean): Promise<DeviceTrial> {
  const runtime = onDevice(kind);
  const at = software ? sizes.small : sizes.usual;
  const forward = network(at);
  const step = optionsOf(forward);
  const there = await train(runtime, forward, step, at);
  const here = kind === 'cpu' ? there : await train(onDevice('cpu'), forward, step, at);
  const differences = there.losses.map((loss, i) => Math.abs(loss / here.losses[i]! - 1));
  return {
    seconds: Math.min(...there.seconds),
    processorSeconds: Math.min(...here.seconds),
    difference: Math.max(...differences),
    ...(await placement(runtime, trainingStep(forward, step), forward, at)),
    half: kind !== 'cpu' && (await trainsInHalf(runtime, forward, step, at, here.losses)),
  };
}

const random = (dims: readonly number[], scale: number, seed: number) => {
  const draw = seededRandom(seed, 0);
  return float32(
    dims,
    Float32Array.from({ length: size(dims) }, () => (2 * draw() - 1) * scale),
  );
};

/** Two convolutions and a last layer, as a tail has them. */
function network({ channels, side }: Size): Graph {
  const g = new GraphBuilder('trial');
  let x = g.input('x', ['batch', channels, side, side]);
  for (const name of ['first.weight', 'second.weight']) {
    const dims = [channels, channels, 3, 3];
    const weight = g.initializer(name, random(dims, Math.sqrt(6 / (9 * channels)), name.length));
    x = g.node('Relu', [g.node('Conv', [x, weight], { pads: [1, 1, 1, 1] })]);
  }
  g.output(g.node('Flatten', [g.node('GlobalAveragePool', [x])]), ['batch', channels]);
  const weight = random([classes, channels], 0.1, 3);
  return appendHead(g.build(), weight, float32([classes], new Float32Array(classes)));
}

function optionsOf(forward: Graph): StepOptions {
  const trainable = [...forward.initializers.keys()].map((name): Trainable => {
    return { name, group: 'head', decay: true };
  });
  const names = trainable.filter(({ name }) => /weight$|bias$/.test(name));
  const [optimizer, weightDecay] = ['adamw', 0.01] as const;
  return { logits: head.logits, trainable: names, optimizer, weightDecay, dropout: 0 };
}

const labels = Array.from({ length: batch }, (_, i) => i % classes);
const features = ({ channels, side }: Size) =>
  random([batch, channels, side, side], 1, 7).data as Float32Array;

async function train(runtime: Runtime, forward: Graph, step: StepOptions, size: Size) {
  const held = { all: features(size), count: batch };
  const trainer = await openTrainer({
    ...{ runtime, step, inParts: false, forward, held, threads: availableParallelism() },
    features: { dims: [size.channels, size.side, size.side] },
    learningRate: 1e-3,
    backboneLearningRate: 1e-3,
  });
  const part = async () => ({ features: { rows: [...labels.keys()] }, labels, dropout: null });
  const losses: number[] = [];
  const seconds: number[] = [];
  try {
    const began = performance.now();
    for (let at = 0; at < steps.first + steps.timed; at++) {
      const stepBegan = performance.now();
      losses.push(await trainer.step({ parts: [part], rateFactor: 1, divisor: batch }));
      const now = performance.now();
      if (at >= steps.first) seconds.push((now - stepBegan) / 1000);
      if (seconds.length > 0 && now - began > 1000 * enoughSeconds) break;
    }
  } finally {
    await trainer.close();
  }
  return { losses, seconds };
}

interface ProfiledEvent {
  readonly cat: string;
  readonly args?: { readonly provider?: string; readonly op_name?: string };
}

/** How many operators of the step run where, by the runtime's own profile. */
async function placement(runtime: Runtime, step: StepGraph, forward: Graph, size: Size) {
  const folder = await mkdtemp(join(tmpdir(), 'graft-device-'));
  try {
    const session = await runtime.open(step.graph, { profile: join(folder, 'step') });
    const state = step.slots.flatMap(({ name, dims, state }) =>
      [name, ...state].map((each) => [each, random(dims, 0.01, 5)] as const),
    );
    const scalar = (value: number) => float32([], [value]);
    await session.run({
      ...Object.fromEntries(state),
      [forward.inputs[0]!.name]: float32(
        [batch, size.channels, size.side, size.side],
        features(size),
      ),
      labels: int64([batch], labels),
      learning_rate: scalar(1e-3),
      backbone_learning_rate: scalar(1e-3),
      step: scalar(1),
    });
    await session.close();
    const [file] = await readdir(folder);
    const events = JSON.parse(await readFile(join(folder, file!), 'utf8')) as ProfiledEvent[];
    const nodes = events.filter(({ cat, args }) => cat === 'Node' && args?.provider !== undefined);
    const own = nodes.filter(
      ({ args }) => runtime.device === 'cpu' || !args!.provider!.startsWith('CPU'),
    );
    return { operators: nodes.length, onDevice: own.length };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Do the same steps come out right with products in half precision? */
async function trainsInHalf(
  runtime: Runtime,
  forward: Graph,
  step: StepOptions,
  size: Size,
  expected: readonly number[],
): Promise<boolean> {
  try {
    const { losses } = await train(runtime, forward, { ...step, half: 'computed' }, size);
    return losses
      .slice(0, expected.length)
      .every((loss, i) => Math.abs(loss / expected[i]! - 1) <= toleratedInHalf);
  } catch {
    return false; // the device has no such numbers
  }
}
