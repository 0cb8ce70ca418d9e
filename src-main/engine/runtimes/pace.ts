/** How fast a runtime does what a recipe asks of it: the frozen part, and a step of what is trained. */
import { availableParallelism } from 'node:os';
import { completeSettings, type RecipeName } from '../../../src-shared/recipes.ts';
import type { RuntimePace } from '../../../src-shared/runtime-bench.ts';
import type { Backbone } from '../backbones/backbone.ts';
import { cut } from '../graph/cut.ts';
import type { Graph } from '../graph/graph.ts';
import { appendHead } from '../graph/head.ts';
import { float32, size } from '../graph/tensor.ts';
import { frozenPart } from '../recipes/frozen.ts';
import { plan, type TailPlan } from '../recipes/plan.ts';
import { seededRandom } from '../training/random.ts';
import { stepOptionsOf } from '../training/step-options.ts';
import { openTrainer } from '../training/trainer.ts';
import type { Runtime } from './runtime.ts';

/** Pictures at once: enough for either runtime to be at its pace, few enough for any memory. */
const batch = 8;
const classes = 4;
/** The first one prepares what later ones use; of those the best counts, for what else runs only makes them slower. */
const repeats = 2;
const threads = availableParallelism();

export async function paceOf(
  runtime: Runtime,
  backbone: Backbone,
  recipe: RecipeName,
  signal: AbortSignal,
): Promise<RuntimePace> {
  const planned = plan(recipe, completeSettings(recipe, {}), backbone);
  const trunk = frozenPart(backbone, planned);
  return {
    frozen: trunk ? await secondsOfTrunk(runtime, trunk, signal) : 0,
    step:
      planned.kind === 'tail' ? await secondsOfStep(runtime, backbone, recipe, planned, signal) : 0,
  };
}

/** Noise, as pictures and features are after their normalisation. */
function noise(dims: readonly number[]) {
  const random = seededRandom(1, 0);
  return float32(
    dims,
    Float32Array.from({ length: size(dims) }, () => 2 * random() - 1),
  );
}

/** Seconds a picture, of the best. */
async function best(once: () => Promise<unknown>, signal: AbortSignal): Promise<number> {
  await once();
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i++) {
    signal.throwIfAborted();
    const began = performance.now();
    await once();
    least = Math.min(least, (performance.now() - began) / 1000);
  }
  return least / batch;
}

async function secondsOfTrunk(runtime: Runtime, trunk: Graph, signal: AbortSignal) {
  const [input] = trunk.inputs;
  const session = await runtime.open(trunk, { threads });
  try {
    const feed = { [input!.name]: noise([batch, ...(input!.dims.slice(1) as number[])]) };
    return await best(() => session.run(feed), signal);
  } finally {
    await session.close();
  }
}

/** Nothing where only the last layer is trained: that takes a second or two anywhere. */
async function secondsOfStep(
  runtime: Runtime,
  backbone: Backbone,
  recipe: RecipeName,
  planned: TailPlan,
  signal: AbortSignal,
) {
  const { tail } = cut(backbone.graph, planned.cut);
  if (tail.nodes.length === 0) return 0;
  const settings = completeSettings(recipe, { batchSize: batch });
  const weight = float32(
    [classes, backbone.features],
    new Float32Array(classes * backbone.features),
  );
  const forward = appendHead(tail, weight, float32([classes], new Float32Array(classes)));
  const dims = tail.inputs[0]!.dims.slice(1) as number[];
  const labels = Array.from({ length: batch }, (_, i) => i % classes);
  const step = stepOptionsOf(forward, {
    ...{ settings, start: planned.start, classes, labels, features: { dims } },
    split: { train: [...labels.keys()] },
    blocks: backbone.blocks.map(({ output }) => output),
  });
  const trainer = await openTrainer({
    ...{ ...settings, runtime, step, inParts: false, forward, threads, features: { dims } },
  });
  try {
    const features = noise([batch, ...dims]).data as Float32Array;
    const dropout = new Float32Array(batch * trainer.headInputs).fill(1);
    const part = async () => ({ features, labels, dropout: step.dropout > 0 ? dropout : null });
    const once = () => trainer.step({ parts: [part], rateFactor: 0, divisor: batch });
    return await best(once, signal);
  } finally {
    await trainer.close();
  }
}
