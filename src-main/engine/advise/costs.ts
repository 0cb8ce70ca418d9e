/** What each recipe would take on this machine: time from the network's measured speed, memory from its graphs. */
import { availableParallelism, freemem } from 'node:os';
import type { Advice } from '../../../src-shared/advisor/advice.ts';
import { completeSettings, type RecipeName, recipeNames } from '../../../src-shared/recipes.ts';
import { type Backbone, imageInput } from '../backbones/backbone.ts';
import { ancestors, cut } from '../graph/cut.ts';
import type { Node } from '../graph/graph.ts';
import { inferShapes } from '../graph/shapes.ts';
import { float32, size } from '../graph/tensor.ts';
import { planMemory } from '../memory/micro-batch.ts';
import { parametersOf } from '../recipes/parameters.ts';
import { plan } from '../recipes/plan.ts';
import { onnxruntime as runtime } from '../runtimes/onnxruntime.ts';

export interface Cost {
  readonly seconds: number;
  readonly memoryBytes: number;
  /** That training would change. */
  readonly weights: number;
}

/** Pictures that the speed is measured with. */
const some = 8;
/** A step takes the forward pass and two products of its size: the gradients of inputs and of weights. */
const stepPerForward = 3;
/** Shares of the labelled images. */
const [trained, validated] = [0.6, 0.2];
/** A last layer on cached features: seconds an epoch and image. */
const headSeconds = 2e-5;

/** Seconds that a picture takes in the whole network. */
export async function secondsForward({ graph, preprocessing }: Backbone): Promise<number> {
  const { size: side } = preprocessing;
  const dims = [some, 3, side, side];
  const session = await runtime.open(graph, { threads: availableParallelism() });
  try {
    const feed = { [graph.inputs[0]!.name]: float32(dims, new Float32Array(size(dims))) };
    await session.run(feed);
    const began = performance.now();
    await session.run(feed);
    return (performance.now() - began) / 1000 / some;
  } finally {
    await session.close();
  }
}

/**
 * @param forward seconds of a picture in the whole network, @param decode to read it
 * @param images that are labelled
 */
export function costsOf(
  backbone: Backbone,
  { forward, decode }: { readonly forward: number; readonly decode: number },
  { images, classes }: { readonly images: number; readonly classes: number },
): Readonly<Record<RecipeName, Cost>> {
  const cost = (recipe: RecipeName): Cost => {
    const settings = completeSettings(recipe, {});
    const planned = plan(recipe, settings, backbone);
    const { epochs } = settings;
    const task = { backbone, recipe, settings, classes, examples: images };
    const { bytes: memoryBytes } = planMemory(task, freemem());
    const read = images * (decode + forward);
    if (planned.kind === 'early') {
      const seconds = read + epochs * planned.candidates.length * images * headSeconds;
      return { seconds, memoryBytes, weights: classes * backbone.features };
    }
    const { tail } = cut(backbone.graph, planned.cut);
    const weights =
      classes * (backbone.features + 1) +
      parametersOf(tail).reduce(
        (sum, { name }) => sum + size(tail.initializers.get(name)!.dims),
        0,
      );
    const share = shareOf(backbone, tail.nodes);
    const passes = stepPerForward * trained + validated;
    const whole = planned.cut === imageInput;
    const epoch = images * (passes * share * forward + (whole ? decode : headSeconds));
    return { seconds: (whole ? 0 : read) + epochs * epoch, memoryBytes, weights };
  };
  return Object.fromEntries(recipeNames.map((recipe) => [recipe, cost(recipe)])) as Record<
    RecipeName,
    Cost
  >;
}

/** Of the multiplications of the whole network. */
function shareOf({ graph }: Backbone, nodes: readonly Node[]): number {
  const shapes = inferShapes(graph, graph.nodes);
  const products = (of: readonly Node[]) =>
    of.reduce((sum, { op, inputs, outputs }) => {
      const weight = inputs[1] === undefined ? undefined : graph.initializers.get(inputs[1]);
      if (!weight || !['Conv', 'Gemm', 'MatMul'].includes(op)) return sum;
      const [, , ...place] = shapes.get(outputs[0]!) ?? [];
      return sum + size(weight.dims) * size(place.map(Number));
    }, 0);
  const all = products(ancestors(graph, [graph.outputs[0]!.name]).nodes);
  return all === 0 ? 0 : products(nodes) / all;
}

export const imagesPerWeight = (
  costs: Readonly<Record<RecipeName, Cost>>,
  images: number,
): Advice['amount']['imagesPerWeight'] =>
  Object.fromEntries(recipeNames.map((recipe) => [recipe, images / costs[recipe].weights]));
