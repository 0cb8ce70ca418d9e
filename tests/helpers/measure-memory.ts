/**
 * A process that trains three steps of a network with weights of no meaning, and says how much memory it
 * took: `node measure-memory.ts NETWORK RECIPE SETTINGS MICRO-BATCH [tensorflow]`.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { catalogueEntry } from '../../src-main/engine/backbones/catalogue.ts';
import { inMemory } from '../../src-main/engine/features/features.ts';
import { cut } from '../../src-main/engine/graph/cut.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { estimateMemory } from '../../src-main/engine/memory/estimate.ts';
import { plan } from '../../src-main/engine/recipes/plan.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { loadTensorflow } from '../../src-main/engine/runtimes/tensorflow/library.ts';
import { tensorflow } from '../../src-main/engine/runtimes/tensorflow/tensorflow.ts';
import { trainTail } from '../../src-main/engine/training/train-tail.ts';
import { completeSettings, type RecipeName } from '../../src-shared/recipes.ts';

const [name, recipeName, given, micro, library] = process.argv.slice(2);
const recipe = recipeName as RecipeName;
const microBatch = Number(micro);
const settings = completeSettings(recipe, {
  ...JSON.parse(given!),
  ...{ epochs: 1, headEpochs: 0, warmup: 0, microBatch },
});
const architecture = catalogueEntry(name!).architectures[0];
const weights = Array.from(
  architecture.parameters,
  ([key, dims]) => [key, float32(dims, new Float32Array(size(dims)).fill(0.01))] as const,
);
const backbone = architecture.build(new Map(weights));
const planned = plan(recipe, settings, backbone);
if (planned.kind !== 'tail') throw new Error('this recipe trains no tail');
const { tail } = cut(backbone.graph, planned.cut);
const dims = tail.inputs[0]!.dims.slice(1) as number[];
const count = 3 * settings.batchSize;
const runtime =
  library === 'tensorflow'
    ? tensorflow((await loadTensorflow({ threads: availableParallelism() })).tf)
    : onnxruntime;
const all = Array.from({ length: count }, (_, at) => at);
await trainTail({
  runtime,
  tail,
  start: planned.start,
  features: inMemory(new Float32Array(count * size(dims)).fill(0.1), dims),
  labels: all.map((at) => at % 3),
  classes: 3,
  split: { train: all, validation: all.slice(0, 16), test: all.slice(0, 1) },
  settings,
  blocks: backbone.blocks.map(({ output }) => output),
  microBatch,
  signal: new AbortController().signal,
  onEpoch: () => {},
});
const task = { backbone, recipe, settings, classes: 3, examples: count };
const estimated = estimateMemory({ ...task, runtime: runtime.name });
const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))!;
const measured = 1024 * Number(kilobytes);
console.log(JSON.stringify({ estimated: estimated(microBatch), measured }));
