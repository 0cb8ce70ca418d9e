/**
 * Ten steps of a recipe on a network with drawn weights, by the very graphs and the trainer that a run has, beside
 * PyTorch's (engine/fixtures/proof.py, which draws the same).
 */
import { readFileSync } from 'node:fs';
import { stateOf } from '../../src-main/engine/autodiff/optimizers.ts';
import type { Architecture, Backbone } from '../../src-main/engine/backbones/backbone.ts';
import { catalogue } from '../../src-main/engine/backbones/catalogue.ts';
import { ancestors, cut } from '../../src-main/engine/graph/cut.ts';
import type { Graph, Tensor } from '../../src-main/engine/graph/graph.ts';
import { appendHead, head } from '../../src-main/engine/graph/head.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { endingAt } from '../../src-main/engine/recipes/early-features.ts';
import { plan } from '../../src-main/engine/recipes/plan.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { rateFactor } from '../../src-main/engine/training/fit.ts';
import { appendStandard, standardOf } from '../../src-main/engine/training/standardise.ts';
import { stepOptionsOf } from '../../src-main/engine/training/step-options.ts';
import { openTrainer } from '../../src-main/engine/training/trainer.ts';
import { completeSettings, type RecipeName } from '../../src-shared/recipes.ts';
import type { TrainSettings } from '../../src-shared/train-settings.ts';
import { drawWeights } from './drawn-weights.ts';
import { uniform } from './random.ts';

/** Length, and the products with two drawn vectors, of a group of tensors. */
type Sketch = readonly number[];
type Sketches = Readonly<Record<string, Sketch>>;

interface Numbers {
  /** Before each step. */
  readonly losses: readonly number[];
  /** Of the first step, with decay, and clipped where the recipe clips. */
  readonly firstGradients: Sketches;
  /** Of all steps, as momentum sums them. */
  readonly gradients: Sketches;
  /** After the last step. */
  readonly weights: Sketches;
  /** Running means and variances, where they move. */
  readonly statistics: Sketches;
}
const golden: {
  readonly about: {
    readonly classes: number;
    readonly pictures: number;
    readonly batch: number;
    readonly settings: Readonly<Record<RecipeName, Partial<TrainSettings>>>;
    readonly sizes: Readonly<Record<string, number>>;
  };
  readonly cases: Readonly<Record<string, Numbers>>;
} = JSON.parse(readFileSync(new URL('../engine/fixtures/proof.json', import.meta.url), 'utf8'));
const { classes, pictures, batch, sizes } = golden.about;

const titleOf = ({ name, variant }: Architecture) => `${name} ${variant}`;

export const provenNetworks: readonly Architecture[] = catalogue
  .flatMap(({ architectures }) => architectures)
  .filter((architecture) => `${titleOf(architecture)} fine-tune-top` in golden.cases);
export const provenRecipes = Object.keys(golden.about.settings) as RecipeName[];

/** The largest relative differences. */
export interface Differences {
  readonly loss: number;
  readonly gradients: number;
  readonly weights: number;
}

export async function differencesFromPyTorch(
  architecture: Architecture,
  recipe: RecipeName,
): Promise<Differences> {
  const expected = golden.cases[`${titleOf(architecture)} ${recipe}`]!;
  const found = await tenSteps(architecture, recipe, expected.losses.length);
  const largest = (of: Exclude<keyof Numbers, 'losses'>) =>
    largestDifference(found[of], expected[of]);
  return {
    loss: Math.max(...expected.losses.map((loss, i) => Math.abs(found.losses[i]! / loss - 1))),
    gradients: Math.max(largest('firstGradients'), largest('gradients')),
    weights: Math.max(largest('weights'), largest('statistics')),
  };
}

/** Of any group, in length or in a product with one of the vectors, over its length. */
function largestDifference(found: Sketches, expected: Sketches): number {
  const groups = Object.keys(expected);
  if (groups.toSorted().join() !== Object.keys(found).toSorted().join()) {
    throw new Error(`${Object.keys(found)} are trained, PyTorch trains ${groups}`);
  }
  return Math.max(
    0,
    ...groups.flatMap((group) =>
      expected[group]!.map(
        (value, i) => Math.abs(found[group]![i]! - value) / (expected[group]![0]! || 1),
      ),
    ),
  );
}

/** The network for the pictures of the proof, which are small. */
function drawnNetwork(architecture: Architecture): Backbone {
  const title = titleOf(architecture);
  const side = sizes[title]!;
  const { graph, ...rest } = architecture.build(drawWeights(architecture));
  const initializers = new Map(graph.initializers);
  // VGG16's first fully connected layer is made for maps of 7 x 7; of 32 pixels 1 x 1 is left.
  const fully = 'classifier.0.weight';
  if (initializers.has(fully)) {
    const dims = [4096, 512];
    const bound = Math.sqrt(6 / 512);
    initializers.set(fully, float32(dims, uniform(`${title}/${fully}`, size(dims), -bound, bound)));
  }
  const inputs = graph.inputs.map((input) => ({ ...input, dims: ['batch', 3, side, side] }));
  return { ...rest, graph: { ...graph, initializers, inputs } };
}

/** Noise, each in a colour of its own: of mere noise random networks say nearly the same. */
function picturesOf(title: string): Tensor {
  const side = sizes[title]!;
  const colours = uniform(`${title}/colours`, pictures * 3, -2, 2);
  const noise = uniform(`${title}/pictures`, pictures * 3 * side * side);
  return float32(
    [pictures, 3, side, side],
    noise.map((value, i) => value + colours[Math.floor(i / (side * side))]!),
  );
}

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

async function tenSteps(
  architecture: Architecture,
  recipe: RecipeName,
  steps: number,
): Promise<Numbers> {
  const settings = completeSettings(recipe, golden.about.settings[recipe]);
  const whole = drawnNetwork(architecture);
  const { backbone, start, trunk, tail } = divided(whole, recipe, settings);
  const images = picturesOf(titleOf(architecture));
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
  const labels = Array.from({ length: pictures }, (_, i) => i % classes);
  const features = { dims: below.dims.slice(1) };
  const all = labels.map((_, i) => i);
  const blocks = backbone.blocks.map(({ output }) => output);
  const step = stepOptionsOf(forward, {
    ...{ settings, start, blocks, classes, features, labels },
    split: { train: all },
  });
  const trainer = await openTrainer({
    ...{ ...settings, runtime: onnxruntime, step, inParts: false, forward, features },
    threads: 1,
  });
  const inBlocks = grouping(tail, blocks);
  const learned = step.trainable.map(({ name }) => name);
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

/** Sketches of each block's matrices and of its vectors: the one are much larger than the other. */
function grouping(tail: Graph, blocks: readonly string[]) {
  const blockOf = new Map<string, string>();
  const made = new Set(tail.nodes.flatMap(({ outputs }) => outputs));
  for (const [at, output] of blocks.entries()) {
    if (!made.has(output)) continue;
    const { leaves } = ancestors(tail, [output]);
    for (const name of leaves) if (!blockOf.has(name)) blockOf.set(name, String(at));
  }
  return (tensors: readonly (readonly [string, Tensor])[]): Sketches => {
    const groups = Map.groupBy(tensors, ([name, { dims }]) => {
      const block = name === head.weight || name === head.bias ? 'head' : blockOf.get(name)!;
      return `${block} ${dims.length > 1 ? 'matrices' : 'vectors'}`;
    });
    return Object.fromEntries([...groups].map(([group, members]) => [group, sketch(members)]));
  };
}

/** How long the drawn vectors are before they are repeated: as in proof.py. */
const period = 4093;

function sketch(tensors: readonly (readonly [string, Tensor])[]): Sketch {
  let squares = 0;
  const products = [0, 0];
  for (const [name, { data }] of tensors) {
    const along = [1, 2].map((k) => uniform(`${name}/along${k}`, period));
    for (let start = 0; start < data.length; start += period) {
      const end = Math.min(data.length, start + period);
      for (let i = start, j = 0; i < end; i++, j++) {
        const value = data[i] as number;
        squares += value * value;
        products[0]! += value * along[0]![j]!;
        products[1]! += value * along[1]![j]!;
      }
    }
  }
  return [Math.sqrt(squares), ...products];
}
