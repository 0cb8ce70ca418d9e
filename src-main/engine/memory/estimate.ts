/** How much memory a run will need at most, told from the shapes of its graphs before it starts. */
import { viewsOf } from '../../../src-shared/augmentation.ts';
import type { RecipeName, TrainSettings } from '../../../src-shared/recipes.ts';
import type { RuntimeName } from '../../../src-shared/runtimes.ts';
import { accumulatedStep, trainingStep } from '../autodiff/training-step.ts';
import { type Backbone, imageInput } from '../backbones/backbone.ts';
import { memoryLimit } from '../features/features.ts';
import { cut } from '../graph/cut.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import { appendHead } from '../graph/head.ts';
import { float32, size } from '../graph/tensor.ts';
import { pooledBlocks } from '../recipes/early-features.ts';
import { plan } from '../recipes/plan.ts';
import { batchSize as evaluatedAtOnce } from '../training/network.ts';
import { stepOptionsOf } from '../training/step-options.ts';
import { peakBytes, valueBytes } from './liveness.ts';

export interface MemoryTask {
  /** Its weights need not be there: only their shapes are looked at. */
  readonly backbone: Backbone;
  readonly recipe: RecipeName;
  readonly settings: TrainSettings;
  readonly classes: number;
  /** Pictures to train on, to validate and to test with. */
  readonly examples: number;
  /** What computes the steps; ONNX Runtime when absent. */
  readonly runtime?: RuntimeName;
}

/** Node, ONNX Runtime and what decodes pictures. */
const processBytes = 180e6;
/**
 * What the runtime holds beyond what lives at once: gaps between buffers, room to grow and work space of its
 * operators. Measured: tests/engine/memory.test.ts.
 */
const arena = 1.3;
/** TensorFlow's library, once it has computed something. */
const tensorflowBytes = 310e6;
/**
 * TensorFlow.js holds the values of a step, what operators make inside, and the gradients of all of them until the
 * step is over: so many times the values. Measured: tests/engine/tensorflow-library.test.ts.
 */
const taped = { frozen: 3.7, batch: 5.3 } as const;

const bytesOf = (tensors: Iterable<Tensor>) => {
  let bytes = 0;
  for (const { data } of tensors) bytes += data.byteLength;
  return bytes;
};

/**
 * Peak resident size of the engine's process in bytes, by how many pictures it computes at once. Meant to be
 * within a factor of 1.5 of the truth.
 *
 * @returns a function, since the graphs are the same for every number of pictures
 */
export function estimateMemory(task: MemoryTask): (microBatch: number) => number {
  const { backbone, recipe, settings, runtime } = task;
  const planned = plan(recipe, settings, backbone);
  const library = processBytes + (runtime === 'tensorflow' ? tensorflowBytes : 0);
  const fixed = library + 2 * bytesOf(backbone.graph.initializers.values());
  if (planned.kind === 'early') {
    const trunk = pooledBlocks(backbone, planned.candidates);
    return constant(fixed + arena * peakBytes(trunk, evaluatedAtOnce));
  }
  const { trunk, tail } = cut(backbone.graph, planned.cut);
  const extraction = planned.cut === imageInput ? 0 : arena * peakBytes(trunk, evaluatedAtOnce);
  const width = size(tail.inputs[0]!.dims.slice(1) as number[]);
  const features = Math.min(memoryLimit, 4 * width * task.examples * viewsOf(settings));
  if (tail.nodes.length === 0) return constant(fixed + features + extraction);
  const training = trainingBytes(task, tail, planned.start, width);
  return (microBatch) => fixed + features + Math.max(extraction, training(microBatch));
}

const constant = (bytes: number) => () => bytes;

function trainingBytes(
  { backbone, settings, classes, runtime }: MemoryTask,
  tail: Graph,
  start: 'learned' | 'random',
  width: number,
): (microBatch: number) => number {
  const zeros = (dims: readonly number[]) => float32(dims, new Float32Array(size(dims)));
  const forward = appendHead(tail, zeros([classes, backbone.features]), zeros([classes]));
  const options = stepOptionsOf(forward, {
    ...{ settings, start, classes, labels: [0], split: { train: [0] } },
    features: { dims: tail.inputs[0]!.dims.slice(1) as number[] },
    blocks: backbone.blocks.map(({ output }) => output),
  });
  const whole = trainingStep(forward, options);
  const parts = accumulatedStep(forward, options);
  let learned = 0;
  let states = 0;
  for (const { dims, state } of whole.slots) {
    learned += 4 * size(dims);
    states += 4 * size(dims) * state.length;
  }
  // Parameters: two sets take turns, and the best ones are kept. State: two sets after the first zeros.
  const values = 3 * learned + 3 * states;
  if (runtime === 'tensorflow') {
    // Gradients, and what an optimizer makes of them.
    const times = taped[options.statistics ?? 'frozen'];
    return (microBatch) => values + 2 * learned + times * valueBytes(forward, microBatch);
  }
  return (microBatch) => {
    const inParts = microBatch < settings.batchSize;
    const step = inParts
      ? peakBytes(parts.gradients, microBatch) + 2 * learned
      : peakBytes(whole.graph, microBatch);
    const evaluated = peakBytes(forward, Math.min(evaluatedAtOnce, microBatch));
    // The batch that is computed, and two that are made ready.
    const inputs = 3 * 4 * width * microBatch;
    return values + inputs + arena * (step + evaluated);
  };
}
