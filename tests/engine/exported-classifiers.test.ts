/** Networks as PyTorch exports them, against PyTorch: scores, loss, every gradient, ten steps of the upper part. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { trainingStep } from '../../src-main/engine/autodiff/training-step.ts';
import { type Network, takeOver } from '../../src-main/engine/backbones/onnx/take-over.ts';
import { cut } from '../../src-main/engine/graph/cut.ts';
import type { Graph, Tensor } from '../../src-main/engine/graph/graph.ts';
import { appendHead, head } from '../../src-main/engine/graph/head.ts';
import { laid } from '../../src-main/engine/graph/layout.ts';
import { float32 } from '../../src-main/engine/graph/tensor.ts';
import { type Parameter, parametersOf } from '../../src-main/engine/recipes/parameters.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { exportedGraph, placesOf, transposed } from '../helpers/exported.ts';
import { uniform } from '../helpers/random.ts';
import { opened, Trainer } from '../helpers/trainer.ts';

type Sketch = readonly [length: number, product: number];
interface Golden {
  readonly size: number;
  readonly scores: readonly number[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Sketch>>;
  readonly losses: readonly number[];
  readonly learned: Readonly<Record<string, Sketch>>;
}
const fixtures = new URL('./fixtures/', import.meta.url);
const golden: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL('classifiers.json', fixtures), 'utf8'),
);
const files = readdirSync(new URL('classifiers/', fixtures)).filter((file) =>
  file.endsWith('.onnx'),
);

const classes = 3;
const pictures = 2;
/** Of the largest relative difference, as docs/backbones.md says. */
const tolerance = 1e-3;

/** A sketch is as far off as it differs in length, or in the product, which no change of sign escapes. */
function expectSketch(of: string, name: string, found: Float32Array, [length, product]: Sketch) {
  const along = uniform(`${name}/vector`, found.length);
  let [squares, sum] = [0, 0];
  for (const [i, each] of found.entries()) {
    squares += each * each;
    sum += each * along[i]!;
  }
  const off = Math.max(Math.abs(Math.sqrt(squares) - length), Math.abs(sum - product));
  // A gradient that is zero by the formula, a bias before a normalisation, is noise on both sides.
  expect(off, `${of} of ${name}: ${Math.sqrt(squares)}, ${sum}`).toBeLessThanOrEqual(
    tolerance * length + 1e-6,
  );
}

/** What was read of a file, and what PyTorch calls each of its parameters. */
class Exported {
  readonly network: Network;
  readonly #places: ReturnType<typeof placesOf>;

  private constructor(network: Network, places: ReturnType<typeof placesOf>) {
    this.network = network;
    this.#places = places;
  }

  static async read(file: string): Promise<Exported> {
    return new Exported(await takeOver(exportedGraph(file), file, onnxruntime), placesOf(file));
  }

  torchName(parameter: Parameter): string {
    const { data } = this.network.graph.initializers.get(parameter.name)!;
    const place = this.#places.get(Number(data[0]));
    if (!place) throw new Error(`${parameter.name} is nothing that PyTorch has`);
    return place.name;
  }

  /** A parameter or its gradient in the order of PyTorch's own. */
  ordered(parameter: Parameter, tensor: Tensor): Float32Array {
    const { data, dims } = this.network.graph.initializers.get(parameter.name)!;
    const place = this.#places.get(Number(data[0]))!;
    const values = tensor.data as Float32Array;
    const [rows, columns] = dims as [number, number];
    const isTransposed = place.dims.length === 2 && data[1] !== this.#second(place);
    return isTransposed && dims.length === 2 ? transposed(values, rows, columns) : values;
  }

  #second({ name, dims }: { name: string; dims: readonly number[] }): number {
    const bound = Math.sqrt(6 / dims[1]!);
    return uniform(name, 2, -bound, bound)[1]!;
  }

  withHead(graph: Graph): Graph {
    const width = this.network.graph.outputs[0]!.dims[1] as number;
    const bound = Math.sqrt(3 / width);
    return appendHead(
      graph,
      float32([classes, width], uniform(head.weight, classes * width, -bound, bound)),
      float32([classes], uniform(head.bias, classes, -0.1, 0.1)),
    );
  }
}

const batchOf = (input: Tensor) => ({
  input,
  labels: Array.from({ length: pictures }, (_, i) => i % classes),
});
const picturesOf = (side: number) =>
  float32([pictures, 3, side, side], uniform('pictures', pictures * 3 * side * side));

describe.each(files)('%s', (file) => {
  const { size, scores, loss, gradients, losses, learned } = golden[file]!;
  let reading: Promise<Exported> | undefined;
  const read = () => {
    reading ??= Exported.read(file);
    return reading;
  };

  it('has the scores, the loss and all gradients of PyTorch', async () => {
    const exported = await read();
    const forward = exported.withHead(exported.network.graph);
    const parameters = parametersOf(exported.network.graph);
    expect(parameters.map((each) => exported.torchName(each)).sort()).toEqual(
      Object.keys(gradients).sort(),
    );
    const step = trainingStep(forward, {
      logits: head.logits,
      trainable: parameters.map(({ name }) => ({ name, group: 'backbone', decay: false })),
      optimizer: 'sgd',
      weightDecay: 0,
      dropout: 0,
    });
    const trainer = await Trainer.of(forward, step);
    const found = await trainer.run(batchOf(picturesOf(size)), { head: 0, backbone: 0 });
    const largest = Math.max(...scores.map(Math.abs));
    for (const [i, score] of scores.entries()) {
      const off = Math.abs(Number(found.logits!.data[i]) - score);
      expect(off, `score ${i}`).toBeLessThanOrEqual(tolerance * largest);
    }
    expect(Math.abs(Number(found.loss!.data[0]) / loss - 1)).toBeLessThanOrEqual(tolerance);
    for (const parameter of parameters) {
      const slot = step.slots.find((each) => each.name === parameter.name)!;
      const gradient = laid(
        found[`${parameter.name}:momentum:next`]!,
        slot.layout,
        'channels-first',
      );
      const name = exported.torchName(parameter);
      expectSketch('the gradient', name, exported.ordered(parameter, gradient), gradients[name]!);
    }
  });

  it('learns in ten steps what PyTorch learns', async () => {
    const exported = await read();
    const { graph, blocks } = exported.network;
    const upper = Object.keys(learned).sort();
    const tails = [...blocks].map(({ output }) => cut(graph, output));
    const at = tails.find(({ tail }) => {
      const names = parametersOf(tail).map((each) => exported.torchName(each));
      return `${names.sort()}` === `${upper}`;
    });
    expect(at, `a cut below ${upper[0]}`).toBeDefined();
    const { trunk, tail } = at!;
    const below = await opened(trunk);
    const results = await below.run({ input: picturesOf(size) });
    const features = results[trunk.outputs[0]!.name]!;
    const forward = exported.withHead(tail);
    const parameters = parametersOf(tail);
    const step = trainingStep(forward, {
      logits: head.logits,
      trainable: [
        ...parameters.map(({ name, decay }) => ({ name, decay, group: 'backbone' }) as const),
        { name: head.weight, group: 'head', decay: true },
        { name: head.bias, group: 'head', decay: false },
      ],
      optimizer: 'sgd',
      weightDecay: 0.01,
      dropout: 0,
    });
    const trainer = await Trainer.of(forward, step);
    for (const [i, expected] of losses.entries()) {
      const found = await trainer.step(batchOf(features), { head: 0.05, backbone: 0.01 });
      expect(Math.abs(found / expected - 1), `step ${i + 1}: ${found}`).toBeLessThan(tolerance);
    }
    for (const parameter of parameters) {
      const slot = step.slots.find((each) => each.name === parameter.name)!;
      const now = laid(trainer.state[parameter.name]!, slot.layout, 'channels-first');
      const name = exported.torchName(parameter);
      expectSketch('what was learned', name, exported.ordered(parameter, now), learned[name]!);
    }
  });
});
