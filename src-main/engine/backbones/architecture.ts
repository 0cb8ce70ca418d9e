/** Makes an Architecture of a function that writes its layers. */
import { StudioError } from '../../../src-shared/errors.ts';
import { defaultOpset } from '../graph/builder.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import { float32 } from '../graph/tensor.ts';
import type { Preprocessing } from '../protocol.ts';
import type { Architecture, Backbone } from './backbone.ts';
import { constants, Layers, type Value } from './layers.ts';

export interface ArchitectureSpec {
  readonly name: string;
  readonly variant: string;
  readonly title: string;
  readonly preprocessing: Preprocessing;
  /** Of the batch normalisations; PyTorch's 1e-5 when not given. */
  readonly epsilon?: number;
  readonly dropped: readonly string[];
  readonly head?: string;
  /** Writes all layers and blocks; the value it returns is called `features`. */
  readonly write: (layers: Layers) => Value;
}

export function architecture(spec: ArchitectureSpec): Architecture {
  const { name, variant, title, preprocessing, dropped, head } = spec;
  const layers = new Layers(preprocessing.size, spec.epsilon ?? 1e-5);
  const features = spec.write(layers);
  const graphOf = (weights: ReadonlyMap<string, Tensor>): Graph => ({
    name,
    opset: defaultOpset,
    inputs: [{ name: 'input', type: 'float32', dims: ['batch', ...layers.input.dims] }],
    outputs: [{ name: features.name, type: 'float32', dims: ['batch', ...features.dims] }],
    nodes: layers.nodes,
    initializers: initializersOf(layers, weights),
    metadata: {},
  });
  const self: Architecture = {
    name,
    variant,
    title,
    inputSize: preprocessing.size,
    blocks: layers.blocks.map((block) => block.name),
    blockShapes: layers.blockShapes,
    parameters: layers.parameters,
    dropped,
    ...(head !== undefined && { head }),
    build(weights): Backbone {
      const problem = misfit(self, weights);
      if (problem) throw new StudioError('refused', problem);
      return {
        name,
        graph: graphOf(weights),
        blocks: layers.blocks,
        features: features.dims[0]!,
        preprocessing,
      };
    },
  };
  return self;
}

function initializersOf(
  layers: Layers,
  weights: ReadonlyMap<string, Tensor>,
): ReadonlyMap<string, Tensor> {
  const initializers = new Map<string, Tensor>();
  for (const [name, value] of constants) {
    if (!layers.nodes.some((node) => node.inputs.includes(name))) continue;
    initializers.set(name, float32([], [value]));
  }
  for (const name of layers.parameters.keys()) initializers.set(name, weights.get(name)!);
  return initializers;
}

/**
 * Why these weights do not fit the architecture, as one sentence that begins with a tensor's name;
 * null when they do. Tensors of the part that is taken off, and PyTorch's counters, may be there or not.
 */
export function misfit(
  { title, parameters, dropped }: Architecture,
  weights: ReadonlyMap<string, { readonly dims: readonly number[]; readonly type: string }>,
): string | null {
  const missing = [...parameters.keys()].filter((name) => !weights.has(name));
  if (missing.length > 0) {
    return `${someOf(missing)} ${missing.length > 1 ? 'are' : 'is'} missing, which ${title} needs.`;
  }
  for (const [name, shape] of parameters) {
    const { dims, type } = weights.get(name)!;
    if (dims.join('x') !== shape.join('x')) {
      return `${name} is ${dims.join('x') || 'a single number'}, ${title} needs ${shape.join('x')}.`;
    }
    if (type !== 'float32') return `${name} holds ${type} numbers, ${title} needs float32.`;
  }
  const isKnown = (name: string) =>
    parameters.has(name) ||
    name.endsWith('.num_batches_tracked') ||
    dropped.some((beginning) => name.startsWith(beginning));
  const extra = [...weights.keys()].filter((name) => !isKnown(name));
  if (extra.length > 0) {
    return `${someOf(extra)} ${extra.length > 1 ? 'have' : 'has'} no place in ${title}.`;
  }
  return null;
}

/** "a", "a and b", "a, b and 7 more". */
function someOf(names: readonly string[]): string {
  const [first, second, ...rest] = names;
  if (second === undefined) return first!;
  return rest.length === 0
    ? `${first} and ${second}`
    : `${first}, ${second} and ${rest.length} more`;
}
