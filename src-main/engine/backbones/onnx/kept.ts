/**
 * A network that was taken over, as it is kept: its weights as safetensors like all others, and in the
 * metadata its graph without them, its blocks and what it takes.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { StudioError } from '../../../../src-shared/errors.ts';
import { flat, obstacleOf, rules } from '../../autodiff/rules/table.ts';
import { ancestors } from '../../graph/cut.ts';
import type { Graph, Tensor } from '../../graph/graph.ts';
import { decodeModel } from '../../graph/onnx.ts';
import { encodeModel } from '../../graph/onnx-encode.ts';
import { inferShapes } from '../../graph/shapes.ts';
import { size } from '../../graph/tensor.ts';
import type { Preprocessing } from '../../protocol.ts';
import { parametersOf } from '../../recipes/parameters.ts';
import { misfit } from '../architecture.ts';
import { type Architecture, type Backbone, imageInput } from '../backbone.ts';
import { hashTensors } from '../safetensors.ts';
import type { Network } from './take-over.ts';

export const onnxVariant = 'onnx';

const triple = z.tuple([z.number(), z.number(), z.number()]);
const description = z.object({
  title: z.string(),
  source: z.string(),
  blocks: z.array(z.object({ name: z.string(), output: z.string() })).min(1),
  /** Of what leaves each of the blocks, without the batch. */
  shapes: z.array(z.array(z.int())),
  preprocessing: z.object({ size: z.int().positive(), mean: triple, std: triple }),
  learned: z.int(),
});

/** Tensors of fewer numbers stay in the graph: shapes, axes, factors of a formula. */
const isLarge = ({ type, dims }: Tensor) => type === 'float32' && size(dims) > 1;

/** What is written for a network: the tensors, and the metadata beside them. */
export function keptNetwork(
  { graph, blocks }: Network,
  name: string,
  { preprocessing, source }: { readonly preprocessing: Preprocessing; readonly source: string },
): { readonly tensors: ReadonlyMap<string, Tensor>; readonly metadata: Record<string, string> } {
  const entries = [...graph.initializers];
  const tensors = new Map(entries.filter(([, tensor]) => isLarge(tensor)));
  const bare = new Map(entries.filter(([, tensor]) => !isLarge(tensor)));
  const nodes = graph.nodes.map(({ scope: _, ...node }) => node);
  const structure = encodeModel({ ...graph, nodes, initializers: bare }, { stated: true });
  const learned = parametersOf(graph).reduce(
    (sum, parameter) => sum + size(graph.initializers.get(parameter.name)!.dims),
    0,
  );
  const dims = inferShapes(graph);
  const network = Buffer.from(structure).toString('base64');
  const said = JSON.stringify({
    title: name,
    source,
    blocks,
    shapes: blocks.map(({ output }) => dims.get(output)!.slice(1)),
    preprocessing,
    learned,
  });
  return {
    tensors,
    metadata: {
      architecture: name,
      variant: onnxVariant,
      sha256: networkHash(hashTensors(tensors), { network, description: said }),
      network,
      description: said,
    },
  };
}

/** Two networks with the same weights may still compute something else. */
export function networkHash(
  tensors: string,
  metadata: Readonly<Record<string, string | undefined>>,
): string {
  return createHash('sha256')
    .update(`${tensors} ${metadata.network} ${metadata.description}`)
    .digest('hex');
}

/** The way back: an architecture from what was kept. @param shapes of the tensors beside it */
export function networkArchitecture(
  metadata: Readonly<Record<string, string>>,
  shapes: ReadonlyMap<string, readonly number[]>,
): Architecture {
  const name = metadata.architecture!;
  const parsed = description.parse(JSON.parse(metadata.description ?? ''));
  const structure = () => decodeModel(Buffer.from(metadata.network ?? '', 'base64'));
  const self: Architecture = {
    name,
    variant: onnxVariant,
    title: parsed.title,
    source: parsed.source,
    inputSize: parsed.preprocessing.size,
    blocks: parsed.blocks.map((block) => block.name),
    blockShapes: parsed.shapes,
    parameters: shapes,
    learned: parsed.learned,
    dropped: [],
    build(weights): Backbone {
      const problem = misfit(self, weights);
      if (problem) throw new StudioError('refused', problem);
      const graph = structure();
      return {
        name,
        graph: { ...graph, initializers: new Map([...graph.initializers, ...weights]) },
        blocks: parsed.blocks,
        features: graph.outputs[0]!.dims[1] as number,
        preprocessing: parsed.preprocessing,
      };
    },
    obstacle(frozen) {
      const graph = structure();
      const initializers = new Map(graph.initializers);
      for (const [each, dims] of shapes) {
        initializers.set(each, { type: 'float32', dims, data: new Float32Array(0) });
      }
      const cut = frozen === 0 ? imageInput : parsed.blocks[frozen - 1]!.output;
      return obstacleAbove({ ...graph, initializers }, cut);
    },
  };
  return self;
}

/** The first node above a cut that a gradient would have to pass and cannot; null when there is none. */
function obstacleAbove(graph: Graph, cut: string): string | null {
  const outputs = graph.outputs.map((output) => output.name);
  const { nodes } = ancestors(graph, outputs, new Set([cut]));
  const needed = new Set(parametersOf({ ...graph, nodes }).map((parameter) => parameter.name));
  for (const node of nodes) {
    if (flat.has(node.op) || !node.inputs.some((input) => needed.has(input))) continue;
    if (!rules[node.op] || obstacleOf(node) !== null) {
      return `${node.op} ("${node.name}")`;
    }
    for (const output of node.outputs) needed.add(output);
  }
  return null;
}
