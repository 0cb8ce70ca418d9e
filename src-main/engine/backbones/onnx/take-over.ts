/** Makes a backbone of any image classifier that is an ONNX graph. */
import { StudioError } from '../../../../src-shared/errors.ts';
import { isConstantName } from '../../graph/builder.ts';
import type { Graph, Node, Tensor } from '../../graph/graph.ts';
import { encodeModel } from '../../graph/onnx.ts';
import { inferShapes } from '../../graph/shapes.ts';
import { float32 } from '../../graph/tensor.ts';
import { learnedInputs } from '../../recipes/parameters.ts';
import type { Runtime } from '../../runtimes/runtime.ts';
import { type Block, imageInput } from '../backbone.ts';
import { blocksOf } from './blocks.ts';
import { modernise } from './modernise.ts';
import { type Normalisation, withoutNormalisation } from './normalisation.ts';
import { withoutHead } from './old-head.ts';
import { pruned, simplify, untyped } from './simplify.ts';

export interface Network {
  /** From `input` (N x 3 x S x S) to `features` (N x F). */
  readonly graph: Graph;
  readonly blocks: readonly Block[];
  readonly inputSize: number;
  /** Null where the graph does not say. */
  readonly normalisation: Normalisation | null;
  readonly layout: 'NCHW' | 'NHWC';
}

export interface Asked {
  /** Side of the picture in pixels, for a graph that takes any. */
  readonly inputSize?: number | undefined;
}

interface Input {
  readonly name: string;
  readonly layout: 'NCHW' | 'NHWC';
  /** Null when it is free. */
  readonly size: number | null;
  /** The number of pictures that the file was written for; null when it is free. */
  readonly exported: number | null;
}

const refuse = (why: string) => new StudioError('refused', why);

/** What goes in: one picture of three channels. */
export function inputOf(graph: Graph, file: string): Input {
  const [input, second] = graph.inputs.filter(({ dims }) => dims.length === 4);
  if (!input || second || graph.inputs.length !== 1) {
    const shown = graph.inputs.map(({ name, dims }) => `${name} (${dims.join('x')})`).join(', ');
    throw refuse(
      `${file} is no image classifier: it takes ${shown || 'nothing'} instead of one picture.`,
    );
  }
  const [batch, a, b, c] = input.dims as [
    number | string,
    number | string,
    number | string,
    number | string,
  ];
  const layout = c === 3 && a !== 3 ? 'NHWC' : 'NCHW';
  const [channels, rows, columns] = layout === 'NHWC' ? [c, a, b] : [a, b, c];
  if (typeof channels === 'number' && channels !== 3) {
    throw refuse(
      `${file} takes pictures of ${channels} channel${channels === 1 ? '' : 's'}: Graft's have 3, red, green and blue.`,
    );
  }
  const known = [rows, columns].filter((side) => typeof side === 'number') as number[];
  if (known.length === 2 && known[0] !== known[1]) {
    throw refuse(`${file} takes pictures of ${known[1]} x ${known[0]} pixels: Graft's are square.`);
  }
  return {
    name: input.name,
    layout,
    size: known[0] ?? null,
    exported: typeof batch === 'number' ? batch : null,
  };
}

/** Names that the training step and the exported model give to values of their own. */
const reserved =
  /^(features|labels|logits|probabilities|learning_rate|backbone_learning_rate|step|divisor|loss|head|head\.(weight|bias|dropout)|image(\..*)?|dropout_mask|input)$/;

/** Gives every value that is called like one of Graft's own another name. */
function renamed(graph: Graph): Graph {
  const rename = (name: string) =>
    reserved.test(name) || isConstantName(name) ? `${name}_` : name;
  const value = <T extends { readonly name: string }>(each: T): T => ({
    ...each,
    name: rename(each.name),
  });
  return {
    ...graph,
    inputs: graph.inputs.map(value),
    outputs: graph.outputs.map(value),
    nodes: graph.nodes.map((node) => ({
      ...node,
      name: rename(node.name),
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    })),
    initializers: new Map([...graph.initializers].map(([name, each]) => [rename(name), each])),
    ...(graph.stated && {
      stated: new Map([...graph.stated].map(([name, dims]) => [rename(name), dims])),
    }),
  };
}

/** The same graph with the product's own input before its own. */
function withPictures(graph: Graph, { name, layout }: Input, size: number): Graph {
  const first: Node =
    layout === 'NHWC'
      ? {
          op: 'Transpose',
          name: 'pictures',
          inputs: [imageInput],
          outputs: ['pictures'],
          attributes: { perm: [0, 2, 3, 1] },
        }
      : {
          op: 'Identity',
          name: 'pictures',
          inputs: [imageInput],
          outputs: ['pictures'],
          attributes: {},
        };
  const follow = (each: string) => (each === name ? 'pictures' : each);
  const dims = ['batch', 3, size, size];
  return {
    ...graph,
    inputs: [{ name: imageInput, type: 'float32', dims }],
    nodes: [first, ...graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(follow) }))],
  };
}

/** Exporters store equal tensors once; what is learned belongs to one layer alone. */
function unshared(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const seen = new Set<string>();
  const nodes = graph.nodes.map((node) => {
    const learned = learnedInputs(node, graph);
    if (learned.length === 0) return node;
    const inputs = [...node.inputs];
    for (const at of learned) {
      const name = inputs[at]!;
      if (!seen.has(name)) {
        seen.add(name);
        continue;
      }
      let own = `${node.name}.${at}`;
      while (initializers.has(own)) own += '_';
      initializers.set(own, initializers.get(name)!);
      inputs[at] = own;
      seen.add(own);
    }
    return { ...node, inputs };
  });
  return { ...graph, nodes, initializers };
}

/**
 * The whole way from a file's graph to a backbone's.
 * @param file its name, for what is said when it cannot be used
 * Throws a StudioError with the reason when it is no classifier, or one that Graft cannot follow.
 */
export async function takeOver(
  given: Graph,
  file: string,
  runtime: Runtime,
  asked: Asked = {},
): Promise<Network> {
  const input = inputOf(given, file);
  if (asked.inputSize !== undefined && input.size !== null && asked.inputSize !== input.size) {
    throw refuse(`${file} takes pictures of ${input.size} x ${input.size} pixels and no others.`);
  }
  const size = input.size ?? asked.inputSize ?? 224;
  const modern = modernise(renamed(given));
  const own = { ...input, name: modern.inputs[0]!.name };
  const simple = await simplify(withPictures(modern, own, size), input.exported, runtime);
  const plain = withoutNormalisation(simple);
  const whole = await simplify(plain.graph, null, runtime);
  const graph = withoutHead(whole, inferShapes(whole), file);
  const network = { ...unshared(pruned(graph)), name: 'backbone', metadata: {} };
  const shapes = inferShapes(network);
  const blocks = blocksOf(network, shapes);
  if (blocks.length === 0) throw refuse(`${file} is no image classifier: nothing in it learns.`);
  await compare(given, simple, runtime, size, input);
  return {
    graph: network,
    blocks,
    inputSize: size,
    normalisation: plain.found,
    layout: input.layout,
  };
}

/** What was simplified must give the same scores for pictures of noise as the file itself. */
async function compare(
  given: Graph,
  simple: Graph,
  runtime: Runtime,
  size: number,
  input: Input,
): Promise<void> {
  const count = input.exported ?? 2;
  const area = size * size;
  const planes = Float32Array.from(
    { length: count * 3 * area },
    (_, i) => Math.sin(i * 12.9898) * 0.9,
  );
  const picture: Tensor = float32([count, 3, size, size], planes);
  const [output] = given.outputs;
  const mine = await once(
    runtime,
    { ...simple, outputs: [untyped(simple.outputs[0]!.name)] },
    { [imageInput]: picture },
  );
  const fed = input.layout === 'NCHW' ? picture : channelsLast(picture);
  const theirs = await once(
    runtime,
    { ...given, outputs: [untyped(output!.name)], stated: new Map() },
    { [input.name]: typed(fed, given.inputs[0]!.type) },
  );
  if (!theirs) return;
  const [a, b] = [mine!, theirs];
  const largest = Math.max(...Array.from(b, Math.abs));
  const off = b.reduce((most, value, i) => Math.max(most, Math.abs(value - a[i]!)), 0);
  if (a.length !== b.length || !(off <= 1e-3 * largest + 1e-5)) {
    throw refuse(
      'The network could not be taken over: it does not compute the same as the file. Export it with opset 17.',
    );
  }
}

async function once(
  runtime: Runtime,
  graph: Graph,
  feeds: Record<string, Tensor>,
): Promise<Float32Array | null> {
  const session = await runtime.open(encodeModel(graph));
  try {
    const results = await session.run(feeds);
    const { data } = results[graph.outputs[0]!.name]!;
    return data instanceof Float32Array ? data : null;
  } finally {
    await session.close();
  }
}

function channelsLast({ dims, data }: Tensor): Tensor {
  const [count, channels, size] = dims as [number, number, number, number];
  const area = size * size;
  const out = new Float32Array(data.length);
  for (let n = 0; n < count; n++)
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < area; i++)
        out[(n * area + i) * channels + c] = Number(data[(n * channels + c) * area + i]);
  return float32([count, size, size, channels], out);
}

const typed = (tensor: Tensor, type: string): Tensor =>
  type === 'uint8'
    ? {
        ...tensor,
        type: 'uint8',
        data: Uint8Array.from(tensor.data as Float32Array, (v) => Math.abs(v) * 255),
      }
    : tensor;
