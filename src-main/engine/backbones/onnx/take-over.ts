/** Makes a backbone of any image classifier that is an ONNX graph. */
import { StudioError } from '../../../../src-shared/errors.ts';
import { isConstantName } from '../../graph/builder.ts';
import type { Graph, Node } from '../../graph/graph.ts';
import { inferShapes } from '../../graph/shapes.ts';
import { learnedInputs } from '../../recipes/parameters.ts';
import type { Runtime } from '../../runtimes/runtime.ts';
import { type Block, imageInput } from '../backbone.ts';
import { blocksOf } from './blocks.ts';
import { type Input, inputOf, withoutUnread } from './input.ts';
import { modernise } from './modernise.ts';
import { type Normalisation, withoutNormalisation } from './normalisation.ts';
import { withoutHead } from './old-head.ts';
import { expectSameScores } from './same-scores.ts';
import { pruned, simplify } from './simplify.ts';
import { withTriedShapes } from './tried-shapes.ts';

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

const refuse = (why: string) => new StudioError('refused', why);

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
  stored: Graph,
  file: string,
  runtime: Runtime,
  asked: Asked = {},
): Promise<Network> {
  const given = withoutUnread(stored);
  const input = inputOf(given, file);
  if (asked.inputSize !== undefined && input.size !== null && asked.inputSize !== input.size) {
    throw refuse(`${file} takes pictures of ${input.size} x ${input.size} pixels and no others.`);
  }
  const size = input.size ?? asked.inputSize ?? 224;
  const modern = modernise(renamed(given));
  const picture = { ...input, name: modern.inputs[0]!.name };
  const known = await simplify(withPictures(modern, picture, size), input.exported, runtime);
  const tried = await withTriedShapes(known, runtime);
  // What was not known before stood in the way of what is behind it.
  const simple = tried === known ? known : await simplify(tried, input.exported, runtime);
  const plain = withoutNormalisation(simple);
  const whole = await simplify(plain.graph, null, runtime);
  const graph = withoutHead(whole, inferShapes(whole), file);
  const { stated: _, ...own } = unshared(pruned(graph));
  const network = {
    ...{ ...own, name: 'backbone', metadata: {} },
    // Shapes that the file stated are those of its own number of pictures.
    ...(tried.stated && tried !== known && { stated: tried.stated }),
  };
  const shapes = inferShapes(network);
  const blocks = blocksOf(network, shapes);
  if (blocks.length === 0) throw refuse(`${file} is no image classifier: nothing in it learns.`);
  await expectSameScores(given, simple, runtime, size, input);
  return {
    graph: network,
    blocks,
    inputSize: size,
    normalisation: plain.found,
    layout: input.layout,
  };
}
