/** Ten steps of a recipe by the very graphs and the trainer that a run has. */
import { stateOf } from '../../../src-main/engine/autodiff/optimizers.ts';
import type { Architecture, Backbone } from '../../../src-main/engine/backbones/backbone.ts';
import { cut } from '../../../src-main/engine/graph/cut.ts';
import type { Graph, Tensor } from '../../../src-main/engine/graph/graph.ts';
import { appendHead, head } from '../../../src-main/engine/graph/head.ts';
import { float32, size } from '../../../src-main/engine/graph/tensor.ts';
import { endingAt } from '../../../src-main/engine/recipes/early-features.ts';
import { plan } from '../../../src-main/engine/recipes/plan.ts';
import { onnxruntime } from '../../../src-main/engine/runtimes/onnxruntime.ts';
import { rateFactor } from '../../../src-main/engine/training/fit.ts';
import { appendStandard, standardOf } from '../../../src-main/engine/training/standardise.ts';
import { completeSettings, type RecipeName } from '../../../src-shared/recipes.ts';
import type { TrainSettings } from '../../../src-shared/train-settings.ts';
import { uniform } from '../random.ts';
import { drawnNetwork, drawnPictures } from './drawn.ts';
import { classes, type Golden, type Numbers, settings as settingsOf } from './golden.ts';
import { grouping, type Sketches } from './sketch.ts';
import { trainerFor } from './trainer-for.ts';

/** Where a recipe cuts, and the tail that it trains, without a head. */
function divided(backbone: Backbone, recipe: RecipeName, settings: TrainSettings) {
  const planned = plan(recipe, settings, backbone);
  if (planned.kind === 'tail') {
    return { backbone, start: planned.start, ...cut(backbone.graph, planned.cut) };
  }
  const lower = endingAt(backbone, planned.candidates.at(-1)!);
  const parts = cut(lower.graph, lower.graph.outputs[0]!.name);
  return { backbone: lower, start: 'learned' as const, ...parts };
}

export async function tenSteps(
  architecture: Architecture,
  recipe: RecipeName,
  { stream, pictures, batch, losses: { length: steps } }: Golden,
): Promise<Numbers> {
  const settings = completeSettings(recipe, settingsOf[recipe]);
  const images = drawnPictures(stream, pictures);
  const whole = await drawnNetwork(architecture, images);
  const { backbone, start, trunk, tail } = divided(whole, recipe, settings);
  const below = trunk.nodes.length === 0 ? images : await outputOf(trunk, images);
  const width = tail.outputs[0]!.dims[1] as number;
  const isHeadOnly = tail.nodes.length === 0;

  const ends = isHeadOnly ? below : await outputOf(tail, below);
  const rows = Array.from({ length: pictures }, (_, i) => rowsOf(ends, [i]));
  const standardised = start === 'random' ? tail : appendStandard(tail, standardOf(rows));
  const bound = isHeadOnly ? 0 : Math.sqrt(3 / width);
  const forward = appendHead(
    standardised,
    float32([classes, width], uniform(head.weight, classes * width, -bound, bound)),
    float32([classes], new Float32Array(classes)),
  );
  const blocks = backbone.blocks.map(({ output }) => output);
  const labels = Array.from({ length: pictures }, (_, i) => i % classes);
  const { trainer, learned } = await trainerFor(forward, start, settings, blocks, labels);
  const inBlocks = grouping(tail, blocks);
  const [sum] = stateOf(settings.optimizer);
  /** As the optimizer sums them. */
  const gradients = async () => {
    const { state } = await trainer.read();
    return inBlocks(learned.map((name) => [name, state[`${name}:${sum}`]!]));
  };
  try {
    const losses: number[] = [];
    let firstGradients: Sketches = {};
    for (let at = 0; at < steps; at++) {
      const examples = Array.from({ length: batch }, (_, i) => (at * batch + i) % pictures);
      const part = async () => ({
        features: rowsOf(below, examples),
        labels: examples.map((example) => labels[example]!),
        dropout: settings.dropout > 0 ? mask(`mask${at}`, batch * width, settings.dropout) : null,
      });
      const factor = rateFactor(at, steps, settings.warmup);
      losses.push(await trainer.step({ parts: [part], rateFactor: factor, divisor: batch }));
      if (at === 0) firstGradients = await gradients();
    }
    const { weights } = await trainer.read();
    const of = (isLearned: boolean) =>
      inBlocks(Object.entries(weights).filter(([name]) => learned.includes(name) === isLearned));
    return {
      losses,
      firstGradients,
      gradients: await gradients(),
      weights: of(true),
      statistics: of(false),
    };
  } finally {
    await trainer.close();
  }
}

async function outputOf(graph: Graph, images: Tensor): Promise<Tensor> {
  const session = await onnxruntime.open(graph, { threads: 1 });
  try {
    const results = await session.run({ [graph.inputs[0]!.name]: images });
    return results[graph.outputs[0]!.name]!;
  } finally {
    await session.close();
  }
}

function rowsOf({ dims, data }: Tensor, examples: readonly number[]): Float32Array {
  const floats = size(dims.slice(1));
  const rows = new Float32Array(examples.length * floats);
  for (const [i, example] of examples.entries()) {
    const from = example * floats;
    rows.set((data as Float32Array).subarray(from, from + floats), i * floats);
  }
  return rows;
}

const mask = (name: string, length: number, rate: number) =>
  uniform(name, length, 0, 1).map((each) => (each > rate ? 1 / (1 - rate) : 0));
