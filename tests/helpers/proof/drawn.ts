/** The networks and pictures of the proof, drawn from names as engine/fixtures/proof.py draws them. */
import type { Architecture, Backbone } from '../../../src-main/engine/backbones/backbone.ts';
import type { Tensor } from '../../../src-main/engine/graph/graph.ts';
import { appendHead } from '../../../src-main/engine/graph/head.ts';
import { float32, size } from '../../../src-main/engine/graph/tensor.ts';
import { completeSettings } from '../../../src-shared/recipes.ts';
import { drawWeights } from '../drawn-weights.ts';
import { uniform } from '../random.ts';
import { classes, settings, side, titleOf } from './golden.ts';
import { trainerFor } from './trainer-for.ts';

/** The network for the pictures of the proof, which are small, with the statistics that they have. */
export async function drawnNetwork(architecture: Architecture, images: Tensor): Promise<Backbone> {
  const title = titleOf(architecture);
  const weights = drawWeights(architecture);
  moveOffTheEdge(weights, title);
  const { graph, ...rest } = architecture.build(weights);
  const initializers = new Map(graph.initializers);
  // VGG16's first fully connected layer is made for maps of 7 x 7; of 32 pixels 1 x 1 is left.
  const fully = 'classifier.0.weight';
  if (initializers.has(fully)) {
    const dims = [4096, 512];
    const bound = Math.sqrt(6 / 512);
    initializers.set(fully, float32(dims, uniform(`${title}/${fully}`, size(dims), -bound, bound)));
  }
  const inputs = graph.inputs.map((input) => ({ ...input, dims: ['batch', 3, side, side] }));
  const whole = { ...rest, graph: { ...graph, initializers, inputs } };
  for (const [name, tensor] of await statisticsOf(whole, images)) initializers.set(name, tensor);
  return whole;
}

/** As `off_the_edge` in proof.py: most channels well above a ReLU's edge, the others well below. */
function moveOffTheEdge(weights: Map<string, Tensor>, title: string): void {
  for (const name of normalised(weights)) {
    const change = (of: string, to: (value: number, channel: number) => number) => {
      const { dims, data } = weights.get(`${name}.${of}`)!;
      weights.set(`${name}.${of}`, float32(dims, (data as Float32Array).map(to)));
    };
    const draws = uniform(`${title}/${name}/up`, size(weights.get(`${name}.bias`)!.dims), 0, 1);
    change('weight', (value) => value * 0.5);
    change('bias', (value, channel) => value + (draws[channel]! < 0.75 ? 2 : -8));
  }
}

/** Names of the batch normalisations. */
function normalised(weights: ReadonlyMap<string, Tensor>): string[] {
  const end = '.running_var';
  return [...weights.keys()].flatMap((name) =>
    name.endsWith(end) ? [name.slice(0, -end.length)] : [],
  );
}

/** As `settle` in proof.py: means and variances in the pictures, by a step of from scratch that learns nothing. */
async function statisticsOf(backbone: Backbone, images: Tensor): Promise<Map<string, Tensor>> {
  const initializers = new Map(backbone.graph.initializers);
  const names = normalised(initializers).flatMap((name) =>
    ['mean', 'var'].map((of) => `${name}.running_${of}`),
  );
  if (names.length === 0) return new Map();
  for (const name of names) {
    const { dims } = initializers.get(name)!;
    initializers.set(name, float32(dims, new Float32Array(size(dims))));
  }
  const tail = { ...backbone.graph, initializers };
  const width = tail.outputs[0]!.dims[1] as number;
  const zeros = (...dims: number[]) => float32(dims, new Float32Array(size(dims)));
  const forward = appendHead(tail, zeros(classes, width), zeros(classes));
  const anew = completeSettings('from-scratch', { ...settings['from-scratch'], dropout: 0 });
  const labels = new Array<number>(images.dims[0]!).fill(0);
  const { trainer } = await trainerFor(forward, 'random', anew, [], labels);
  try {
    const part = async () => ({ features: images.data as Float32Array, labels, dropout: null });
    await trainer.step({ parts: [part], rateFactor: 0, divisor: labels.length });
    const { weights } = await trainer.read();
    // A tenth of the batch's goes into the running ones, which were zero.
    return new Map(
      names.map((name) => {
        const { dims, data } = weights[name]!;
        return [
          name,
          float32(
            dims,
            (data as Float32Array).map((value) => value * 10),
          ),
        ];
      }),
    );
  } finally {
    await trainer.close();
  }
}

/** Noise, each in a colour of its own: of mere noise random networks say nearly the same. */
export function drawnPictures(stream: string, count: number): Tensor {
  const colours = uniform(`${stream}/colours`, count * 3, -2, 2);
  const noise = uniform(`${stream}/pictures`, count * 3 * side * side);
  return float32(
    [count, 3, side, side],
    noise.map((value, i) => value + colours[Math.floor(i / (side * side))]!),
  );
}
